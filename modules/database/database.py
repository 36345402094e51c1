"""RDS for PostgreSQL: an instance, with or without a standby and a read replica."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.db_instance import DbInstance
from cdktf_cdktf_provider_aws.db_parameter_group import DbParameterGroup, DbParameterGroupParameter

from modules.database.base import IPassword, PostgresDatabase
from modules.database.parameters import apply_method
from modules.database.settings import DatabaseSettings, ReplicaSettings
from modules.keys.key import IKey

_MADE_WITH = ("engine_lifecycle_support", "restore_to_point_in_time", "snapshot_identifier")
"""What counts when the instance is made only. RDS takes no other lifecycle support later, and the provider would plan it for ever
(source: https://github.com/hashicorp/terraform-provider-aws/issues/40870); another source would make another instance."""

_KEPT_BY_AWS_BACKUP = ("backup_retention_period", "backup_window")


class Database(PostgresDatabase):
    """An instance with its subnet group, parameter group, log groups and monitoring role; see :class:`PostgresDatabase`."""

    def _make(
        self,
        name: Callable[[str], str],
        settings: DatabaseSettings,
        *,
        key: IKey,
        password: IPassword,
    ) -> None:
        self._alike |= {
            # A full minor version is what the operator chose: AWS must not move it from under the plan.
            "auto_minor_version_upgrade": "." not in settings.engine_version,
            "publicly_accessible": False,
            "ca_cert_identifier": settings.certificate_authority,
            "parameter_group_name": self._parameter_group(name, settings),
            "storage_type": "gp3",
            "max_allocated_storage": settings.max_storage_gb,
            "maintenance_window": settings.maintenance_window,
        }
        restored = settings.restore.arguments() if settings.restore else {}
        own: dict[str, Any] = {**self._common, **self._alike, **restored}
        self._instance = DbInstance(
            self,
            "instance",
            identifier=self.identifier,
            engine="postgres",
            instance_class=settings.instance_class,
            multi_az=settings.multi_az,
            availability_zone=settings.availability_zone,
            db_name=settings.name,
            username=settings.username,
            password_wo=password.expression,
            password_wo_version=password.version,
            iops=settings.iops,
            storage_throughput=settings.throughput_mbps,
            backup_window=settings.backup_window,
            delete_automated_backups=not self._regulated,
            lifecycle=TerraformResourceLifecycle(ignore_changes=[*_MADE_WITH]),
            depends_on=[
                *self._log_groups("instance", self.identifier, settings),
                *self._monitoring.policies,
                key.ready,
            ],
            **own,
        )
        self.arn = str(self._instance.arn)
        self.database_id = str(self._instance.identifier)
        self.resource_id = str(self._instance.resource_id)
        self.address = str(self._instance.address)
        self.endpoint = str(self._instance.endpoint)
        self.parameter_group_name = str(self._instance.parameter_group_name)
        self.servers = {"": self.database_id}
        self.continuous_backup_days = settings.backup_retention_days

    def hand_backups_over(self) -> None:
        """Leave the automated backups to a continuous rule of AWS Backup.

        From its first run on RDS takes no other retention, and no window at all, from anybody else; AWS Backup changes both
        when its rule changes (constraints C39, C53). What the settings say of them counts until then.
        """
        self._instance.lifecycle = TerraformResourceLifecycle(
            ignore_changes=[*_KEPT_BY_AWS_BACKUP, *_MADE_WITH]
        )

    def replicate(self, settings: DatabaseSettings, replica: ReplicaSettings) -> DbInstance:
        """Add a read replica, which clients reach as they reach the database.

        Args:
            settings: of the database.
            replica: of the replica.
        """
        identifier = f"{self.identifier}-replica"
        return DbInstance(
            self,
            "replica",
            identifier=identifier,
            replicate_source_db=self.database_id,
            instance_class=replica.instance_class or settings.instance_class,
            multi_az=replica.multi_az,
            # A replica has no final snapshot (constraint C38).
            skip_final_snapshot=True,
            tags={"Name": identifier},
            depends_on=self._log_groups("instance", identifier, settings, prefix="replica-"),
            **self._alike,
        )

    def _parameter_group(self, name: Callable[[str], str], settings: DatabaseSettings) -> str:
        group = DbParameterGroup(
            self,
            "parameters",
            name_prefix=f"{name(f'postgres{settings.major_version}')}-",
            family=f"postgres{settings.major_version}",
            description="Hardened PostgreSQL parameters",
            parameter=[
                DbParameterGroupParameter(
                    name=key, value=parameter.value, apply_method=apply_method(key, parameter.value)
                )
                for key, parameter in sorted(settings.all_parameters.items())
            ],
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        return str(group.name)
