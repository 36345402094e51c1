"""RDS: blue/green deployments of instances.

In moto 5.2.5 the green instance is empty and without monitoring and Performance Insights, a switchover loses what was
written to the blue one, and a deployment that is deleted with its target fails for the lack of a final snapshot's name.

Here the green instance is as the blue one is, with its data; it gets what is written meanwhile when it is switched over, where in
AWS it is replicated all the time. As in AWS, a newer major version wants ``rds.logical_replication`` in the parameter
group of the blue one, and the green one gets the name, and the blue one ``<name>-old1``. An address of the local AWS belongs to a
server: it does not move with the name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from localcloud.gaps import rds_snapshots
from localcloud.gaps.rds_postgres import attempt

Instance: TypeAlias = Any
"""moto's ``DBInstance``."""
Deployment: TypeAlias = Any
"""moto's ``BlueGreenDeployment``."""

REPLICATION = "rds.logical_replication"
KEPT = (
    "db_parameter_group_name",
    "db_subnet_group_name",
    "deletion_protection",
    "max_allocated_storage",
    "vpc_security_group_ids",
)
"""What a restored instance does not have of its source, and the green one has."""


def install() -> None:
    """Patch moto's RDS once."""
    from moto.rds import models  # noqa: PLC0415 - moto comes after its settings

    deployment: Any = models.BlueGreenDeployment
    if hasattr(deployment, "holdfast_green"):
        return
    deployment.holdfast_green = True
    deployment._create_green_instance = _green(deployment._create_green_instance)  # noqa: SLF001 - moto's
    deployment.switchover = _caught_up(deployment.switchover)


def _green(create: Callable[..., str]) -> Callable[..., str]:
    def create_green_instance(self: Deployment, **target: Any) -> str:  # noqa: ANN401 - moto's
        if self.backend._is_cluster(self.source):  # noqa: SLF001 - moto's
            return create(self, **target)
        blue = self._get_valid_instance_or_raise(self.source)
        version = target["target_engine_version"] or blue.engine_version
        is_major = _major(version) != _major(blue.engine_version)
        if is_major:
            _can_replicate(blue)
        name = self._generate_green_id(blue.db_instance_identifier)
        had = {name.removeprefix("_"): value for name, value in vars(blue).items()}
        if is_major:
            had["db_parameter_group_name"] = None
        asked = {name.removeprefix("target_"): value for name, value in target.items() if value is not None}
        green = rds_snapshots.make_alike(
            self.backend,
            blue,
            {
                **{name: had.get(name) for name in KEPT},
                "enable_cloudwatch_logs_exports": list(blue.enabled_cloudwatch_logs_exports),
                **asked,
                "engine_version": version,
                "db_instance_identifier": name,
            },
            rds_snapshots.as_of(blue),
        )
        return str(green.db_instance_arn)

    return create_green_instance


def _major(version: str) -> str:
    return version.partition(".")[0]


def _can_replicate(blue: Instance) -> None:
    from moto.rds.exceptions import InvalidParameterCombination  # noqa: PLC0415 - moto comes after its settings

    (group,) = blue.db_parameter_groups()
    if str(group.parameters.get(REPLICATION, {}).get("ParameterValue")) != "1":
        raise InvalidParameterCombination(
            f"Blue/Green Deployments require a DB instance with logical replication enabled: set {REPLICATION} to 1 in its "
            "custom parameter group"
        )


def _caught_up(switch: Callable[[Deployment], None]) -> Callable[[Deployment], None]:
    def switchover(self: Deployment) -> None:
        if not self.backend._is_cluster(self.source):  # noqa: SLF001 - moto's
            blue, green = (self._get_valid_instance_or_raise(arn) for arn in (self.source, self.target))
            origin = rds_snapshots.as_of(blue)
            if origin and green.holdfast_server:
                attempt("fill", green, lambda found: rds_snapshots.refill(found, origin))
        switch(self)

    return switchover
