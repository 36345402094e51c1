"""What a single setting of the database may be, whatever the others are."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from modules import facts
from modules.settings import one_of, refusal

_RESERVED_USERS = frozenset({"admin", "postgres", "rdsadmin", "rds_superuser", "rdsrepladmin"})


def _engine_version(value: str) -> str:
    if not re.fullmatch(r"\d{2}(\.\d{1,2})?", value):
        raise refusal(
            "not a PostgreSQL version",
            allowed="a major version such as 16, whose minor AWS keeps current, or a minor such as 16.10",
            fix='write engine_version = "16"',
        )
    major, _, minor = value.partition(".")
    if facts.is_deprecated(value):
        latest = facts.latest_minor(major)
        raise refusal(
            f"RDS no longer offers PostgreSQL {value} for new databases",
            allowed=f"{major} (always the current minor)" + (f", {latest}" if latest else ""),
            fix=f'write engine_version = "{major}"',
            constraint="C09",
        )
    known = facts.postgres_versions()
    if (value if minor else major) not in (known if minor else {version.split(".")[0] for version in known}):
        majors = sorted(
            {version.split(".")[0] for version in known if not facts.is_deprecated(version)}, key=int
        )
        raise refusal(
            f"RDS has no PostgreSQL {value}",
            allowed=", ".join(majors) + ", or one of their minors",
            fix=f'write engine_version = "{majors[-2] if len(majors) > 1 else majors[-1]}"',
            constraint="C09",
        )
    return value


def _one_of(name: str, unit: str, constraint: str) -> AfterValidator:
    def check(value: int) -> int:
        values = [int(item) for item in facts.allowed(name)]
        if value not in values:
            raise refusal(
                "RDS does not know this value",
                allowed=f"{', '.join(map(str, values))} ({unit})",
                fix="take the nearest of them",
                constraint=constraint,
            )
        return value

    return AfterValidator(check)


def _certificate_authority(value: str) -> str:
    authorities = facts.allowed("certificate_authorities")
    if value not in authorities:
        raise refusal(
            "not a certificate authority of RDS",
            allowed=", ".join(authorities),
            fix=f'write certificate_authority = "{authorities[0]}"',
        )
    return value


def _master_username(value: str) -> str:
    if (
        not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", value)
        or value in _RESERVED_USERS
        or value.startswith("pg_")
    ):
        raise refusal(
            "not a name for the master user",
            allowed="1 to 63 lower-case letters, digits and underscores, not starting with pg_, and none of "
            + ", ".join(sorted(_RESERVED_USERS)),
            fix='write username = "citizen_admin"',
        )
    return value


CertificateAuthority = Annotated[
    str, AfterValidator(_certificate_authority), one_of(facts.allowed("certificate_authorities"))
]
InstanceClass = Annotated[str, Field(pattern=r"^db\.[a-z0-9-]+\.[a-z0-9]+$")]
EngineVersion = Annotated[str, AfterValidator(_engine_version)]
DatabaseName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
MasterUsername = Annotated[str, AfterValidator(_master_username)]
MonitoringInterval = Annotated[int, _one_of("monitoring_intervals", "seconds", "C12"), Field(ge=1)]
InsightsRetentionDays = Annotated[int, _one_of("performance_insights_retention", "days", "C11")]
