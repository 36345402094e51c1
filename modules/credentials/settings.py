"""Settings of the database's credentials."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from modules import facts
from modules.credentials.password import PasswordSettings
from modules.network.settings import LogRetentionDays
from modules.settings import Settings, refusal

SecretName = Annotated[str, Field(pattern=r"^[A-Za-z0-9/_+=.@-]{1,512}$")]
RotationDays = Annotated[int, Field(ge=1, le=1000)]
"""Days between two rotations (constraint C20)."""

_RESERVED_ROLES = ("pg_", "rds", "postgres", "admin")


def _recovery_window(value: int) -> int:
    if value != 0 and not 7 <= value <= 30:  # noqa: PLR2004 - the limits of constraint C21
        raise refusal(
            "Secrets Manager does not know this recovery window",
            allowed="7 to 30 (days), or 0: deleted at once",
            fix="write recovery_window_days = 7",
            constraint="C21",
        )
    return value


def _login(value: str) -> str:
    if value.startswith(_RESERVED_ROLES):
        raise refusal(
            "RDS and PostgreSQL keep this name for themselves",
            allowed=f"a name that does not start with {', '.join(_RESERVED_ROLES)}",
            fix='write username = "citizen_app"',
        )
    return value


class ApplicationSettings(Settings):
    """The application's login, made by its first rotation, which comes with the deployment.

    Two logins take turns: while one is changed, the other one works.

    Args:
        username: the first of the two logins, 1 to 48 lower-case letters, digits and underscores: the names of the
            other one and of the owner are made from it, and PostgreSQL's names have 63 at most.
        owner_role: role without login that owns the application's objects; default: ``<username>_owner``.
        secret_name: name of the entry; default: ``dr-app-credentials-<suffix>``; ``ha-...`` in ``database-ha``.
        rotation_days: days between rotations, 1 to 1000 (constraint C20).
    """

    username: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,47}$"), AfterValidator(_login)] = "citizen_app"
    owner_role: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$"), AfterValidator(_login)] | None = None
    secret_name: SecretName | None = None
    rotation_days: RotationDays = 30

    @property
    def owner(self) -> str:
        """The role that owns the application's objects."""
        return self.owner_role or f"{self.username}_owner"

    @model_validator(mode="after")
    def _owner_cannot_log_in(self) -> Self:
        if self.owner_role == self.username:
            raise refusal(
                "application.owner_role is the login itself",
                allowed="another role, which cannot log in",
                fix="take owner_role out",
            )
        return self


class CredentialsSettings(Settings):
    """The Secrets Manager entries of the master user and of the application, and how they are rotated.

    Args:
        source: where the master user's entry comes from. ``existing``: it is there before the first deployment and
            stays when the system goes; ``created``: Terraform creates it and a random password, whose value never
            reaches the state.
        secret_name: name of the master user's entry; default: ``dr-db-credentials-<suffix>``; ``ha-...`` in ``database-ha``.
        rotation_days: days between rotations of the master user, 1 to 1000 (constraint C20).
        recovery_window_days: days for which a deleted entry can be restored, 7 to 30, or 0 for none (C21);
            only for entries that are created.
        password_version: raise it to let Terraform set the database's password from the entry again.
        log_retention_days: days for which the rotation's logs are kept (C24).
        application: see :class:`ApplicationSettings`; ``null`` for no login but the master user.
        password: see :class:`PasswordSettings`.
        replica_regions: regions that get a copy of the entries that are created, kept up to date by Secrets Manager.
        replica_key: alias (``alias/...``) of a key that each of these regions has; default: AWS's own key for Secrets Manager.
        reserved_concurrency: calls at a time that Lambda keeps free for each function, 1 to 100; ``null`` for none. Lambda
            refuses it unless 100 calls stay free for all other functions of the account (C58): a new account may have 10 in all.
    """

    source: Literal["existing", "created"] = "existing"
    secret_name: SecretName | None = None
    rotation_days: RotationDays = 30
    recovery_window_days: Annotated[int, AfterValidator(_recovery_window)] = 7
    password_version: Annotated[int, Field(ge=1)] = 1
    log_retention_days: LogRetentionDays = 365
    application: ApplicationSettings | None = ApplicationSettings()
    password: PasswordSettings = PasswordSettings()
    replica_regions: tuple[str, ...] = ()
    replica_key: Annotated[str, Field(pattern=r"^alias/[A-Za-z0-9/_-]{1,250}$")] | None = None
    reserved_concurrency: Annotated[int, Field(ge=1, le=100)] | None = None

    @model_validator(mode="after")
    def _entries(self) -> Self:
        if self.replica_regions and self.source == "existing" and self.application is None:
            raise refusal(
                "credentials.replica_regions, and no entry is created",
                allowed='source = "created", or application: an existing entry is replicated by whoever made it',
                fix="take replica_regions out",
            )
        if self.replica_key and not self.replica_regions:
            raise refusal(
                "credentials.replica_key without replica_regions",
                allowed="both, or neither",
                fix="add replica_regions, or take replica_key out",
            )
        if self.application and self.secret_name and self.application.secret_name == self.secret_name:
            raise refusal(
                "credentials.application.secret_name is that of the master user's entry",
                allowed="another name",
                fix="take it out",
            )
        return self


def check_application(settings: CredentialsSettings, master: str) -> None:
    """Refuse an application that logs in as the master user, or lets it own the objects.

    Args:
        settings: with the application's login.
        master: name of the master user.

    Raises:
        ValueError: one of the application's roles is the master user.
    """
    application = settings.application
    if application is not None and master in {application.username, application.owner}:
        raise refusal(
            f"credentials.application uses the master user {master}",
            allowed="roles of its own: the function makes them",
            fix='write username = "citizen_app"',
        )


def check_replicas(settings: CredentialsSettings, region: str) -> None:
    """Refuse regions that cannot have a replica.

    Args:
        settings: with the regions.
        region: where the system is.

    Raises:
        ValueError: a region is not known, is named twice, is the system's own, or is in another partition.
    """
    known = facts.other_regions(region)
    wrong = [name for name in settings.replica_regions if name not in known]
    if wrong or len(set(settings.replica_regions)) != len(settings.replica_regions):
        raise refusal(
            f"credentials.replica_regions names {wrong[0] if wrong else 'a region twice'}",
            allowed=f"other regions than {region}, each once: {', '.join(known)}",
            fix="correct replica_regions",
        )
