"""Settings of the database's credentials."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from modules.network.settings import LogRetentionDays
from modules.settings import Settings, refusal


def _recovery_window(value: int) -> int:
    if value != 0 and not 7 <= value <= 30:  # noqa: PLR2004 - the limits of constraint C21
        raise refusal(
            "Secrets Manager does not know this recovery window",
            allowed="7 to 30 (days), or 0: deleted at once",
            fix="write recovery_window_days = 7",
            constraint="C21",
        )
    return value


class CredentialsSettings(Settings):
    """The Secrets Manager entry with the master user's credentials.

    Args:
        source: ``existing``: the entry is there before the first deployment and stays when the system goes;
            ``created``: Terraform creates the entry and a random password, whose value never reaches the state.
        secret_name: name of an existing entry; default: ``dr-db-credentials-<suffix>``.
        rotation_days: days between rotations, 1 to 1000 (constraint C20).
        recovery_window_days: days for which a deleted entry can be restored, 7 to 30, or 0 for none (C21);
            only for ``created``.
        password_version: raise it to let Terraform set the database's password from the entry again.
        log_retention_days: days for which the rotation's logs are kept (C24).
    """

    source: Literal["existing", "created"] = "existing"
    secret_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9/_+=.@-]{1,512}$")] | None = None
    rotation_days: Annotated[int, Field(ge=1, le=1000)] = 30
    recovery_window_days: Annotated[int, AfterValidator(_recovery_window)] = 7
    password_version: Annotated[int, Field(ge=1)] = 1
    log_retention_days: LogRetentionDays = 365
