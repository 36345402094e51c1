"""Settings of the function, from its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .entry import Defaults
from .errors import RotationError

RDS_ROOTS = Path(__file__).parent / "rds_roots.pem"
"""The root certificates of Amazon RDS; the Lambda runtime does not have them."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How the function reaches the database.

    Args:
        defaults: where the database is, for an entry that does not say it.
        ca_file: PEM file of the root certificates to trust, and no others.
    """

    defaults: Defaults
    ca_file: Path = RDS_ROOTS

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read ``DATABASE_HOST``, ``DATABASE_PORT``, ``DATABASE_NAME`` and ``DATABASE_CA_FILE``; none must be set.

        Raises:
            RotationError: the port is not a number from 1 to 65535, or the file does not exist.
        """
        port = environment.get("DATABASE_PORT") or "5432"
        if not (port.isascii() and port.isdigit() and 1 <= int(port) <= 65535):  # noqa: PLR2004 - TCP's limit
            raise RotationError(f"the function's DATABASE_PORT is {port!r}; allowed: 1 to 65535")
        ca_file = Path(environment.get("DATABASE_CA_FILE") or RDS_ROOTS)
        if not ca_file.is_file():
            raise RotationError(f"the function's DATABASE_CA_FILE, {ca_file}, does not exist")
        return cls(
            defaults=Defaults(
                host=environment.get("DATABASE_HOST") or None,
                port=int(port),
                dbname=environment.get("DATABASE_NAME") or "postgres",
            ),
            ca_file=ca_file,
        )
