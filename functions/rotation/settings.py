"""Settings of the function, from its environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .entry import Defaults
from .failures import ConfigurationError
from .passwords import EXCLUDED_CHARACTERS, PasswordPolicy

RDS_ROOTS = Path(__file__).parent / "rds_roots.pem"
"""The root certificates of Amazon RDS; the Lambda runtime does not have them."""

SINGLE_USER, ALTERNATING_USERS = "single-user", "alternating-users"
STRATEGIES = (SINGLE_USER, ALTERNATING_USERS)

NAMESPACE = "Holdfast/Rotation"
_NAMESPACE = re.compile(r"(?!AWS/)[A-Za-z0-9._/#:-]{1,255}")
"""Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html, PutMetricData."""

LONGEST_NAME = 63
"""Bytes of a PostgreSQL identifier (NAMEDATALEN - 1); the server would cut off the rest."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the function rotates, and how.

    Args:
        defaults: where the database is, for an entry that does not say it.
        ca_file: PEM file of the root certificates to trust, and no others.
        strategy: ``single-user``: the role changes its own password; ``alternating-users``: an administrator prepares
            the other one of two logins.
        administrator_secret: ARN or name of the secret whose role manages the logins; for ``alternating-users``.
        owner_role: the role without login that owns the application's objects; for ``alternating-users``; default:
            ``<username>_owner``.
        passwords: how new ones look.
        namespace: of the metrics in CloudWatch.
    """

    defaults: Defaults
    ca_file: Path = RDS_ROOTS
    strategy: str = SINGLE_USER
    administrator_secret: str | None = None
    owner_role: str | None = None
    passwords: PasswordPolicy = field(default_factory=PasswordPolicy)
    namespace: str = NAMESPACE

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the function's variables; none must be set, but ``ADMINISTRATOR_SECRET_ARN`` for alternating users.

        Raises:
            ConfigurationError: one has a value that is not allowed; names it.
        """
        return cls(
            defaults=Defaults(
                host=environment.get("DATABASE_HOST") or None,
                port=_number(environment, "DATABASE_PORT", range(1, 65536), 5432),
                dbname=environment.get("DATABASE_NAME") or "postgres",
            ),
            ca_file=_ca_file(environment),
            strategy=(strategy := _strategy(environment)),
            administrator_secret=_administrator(environment, strategy),
            owner_role=_owner_role(environment),
            passwords=PasswordPolicy(
                length=_number(environment, "PASSWORD_LENGTH", None, 32),
                excluded=environment.get("PASSWORD_EXCLUDED_CHARACTERS") or EXCLUDED_CHARACTERS,
            ),
            namespace=_namespace(environment),
        )


def namespace_or_default(environment: Mapping[str, str]) -> str:
    """Where metrics go even when the settings are wrong: that, too, is a failure to count."""
    try:
        return _namespace(environment)
    except ConfigurationError:
        return NAMESPACE


def _number(environment: Mapping[str, str], name: str, allowed: range | None, default: int) -> int:
    text = environment.get(name) or str(default)
    if not (text.isascii() and text.isdigit()) or (allowed is not None and int(text) not in allowed):
        bounds = f"{allowed[0]} to {allowed[-1]}" if allowed else "a number"
        raise ConfigurationError(f"the function's {name} is {text!r}; allowed: {bounds}")
    return int(text)


def _ca_file(environment: Mapping[str, str]) -> Path:
    path = Path(environment.get("DATABASE_CA_FILE") or RDS_ROOTS)
    if not path.is_file():
        raise ConfigurationError(f"the function's DATABASE_CA_FILE, {path}, does not exist")
    return path


def _strategy(environment: Mapping[str, str]) -> str:
    strategy = environment.get("ROTATION_STRATEGY") or SINGLE_USER
    if strategy not in STRATEGIES:
        raise ConfigurationError(
            f"the function's ROTATION_STRATEGY is {strategy!r}; allowed: {', '.join(STRATEGIES)}"
        )
    return strategy


def _administrator(environment: Mapping[str, str], strategy: str) -> str | None:
    administrator = environment.get("ADMINISTRATOR_SECRET_ARN") or None
    if strategy == ALTERNATING_USERS and administrator is None:
        raise ConfigurationError(
            f"the function's ADMINISTRATOR_SECRET_ARN is not set; {ALTERNATING_USERS} needs the secret of a role that "
            "manages the logins (CREATEROLE, as RDS's master user has it)"
        )
    return administrator


def _owner_role(environment: Mapping[str, str]) -> str | None:
    name = environment.get("OWNER_ROLE") or None
    if name is not None and len(name.encode()) > LONGEST_NAME:
        raise ConfigurationError(
            f"the function's OWNER_ROLE has {len(name.encode())} bytes; allowed: up to {LONGEST_NAME}, as "
            "PostgreSQL cuts longer names off"
        )
    return name


def _namespace(environment: Mapping[str, str]) -> str:
    namespace = environment.get("METRIC_NAMESPACE") or NAMESPACE
    if not _NAMESPACE.fullmatch(namespace):
        raise ConfigurationError(
            f"the function's METRIC_NAMESPACE is {namespace!r}; allowed: 1 to 255 letters, digits and . - _ / # :, "
            "not beginning with AWS/"
        )
    return namespace
