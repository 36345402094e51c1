"""RDS for PostgreSQL: a Multi-AZ cluster, which is a writer and two readers, each in a zone of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cdktf import Fn, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.rds_cluster import RdsCluster
from cdktf_cdktf_provider_aws.rds_cluster_parameter_group import (
    RdsClusterParameterGroup,
    RdsClusterParameterGroupParameter,
)

from modules.database.base import IPassword, PostgresDatabase
from modules.database.cluster_settings import ZONES, ClusterSettings
from modules.database.parameters import apply_method
from modules.database.settings import DatabaseSettings
from modules.keys.key import IKey


class DatabaseCluster(PostgresDatabase):
    """A cluster with its subnet group, parameter group, log groups and monitoring role; see :class:`PostgresDatabase`.

    Terraform manages the cluster alone: RDS makes its instances, and changes them when the cluster changes. It keeps no
    automated backups of a cluster that is deleted (constraint C46); the final snapshot is what stays.
    """

    def _make(
        self,
        name: Callable[[str], str],
        settings: DatabaseSettings,
        *,
        key: IKey,
        password: IPassword,
    ) -> None:
        cluster = settings.cluster or ClusterSettings()
        own: dict[str, Any] = {**self._common, **self._alike}
        made = RdsCluster(
            self,
            "cluster",
            cluster_identifier=self.identifier,
            engine="postgres",
            db_cluster_instance_class=settings.instance_class,
            storage_type=cluster.storage_type,
            iops=cluster.provisioned_iops(settings.storage_gb),
            database_name=settings.name,
            master_username=settings.username,
            master_password_wo=password.expression,
            master_password_wo_version=password.version,
            ca_certificate_identifier=settings.certificate_authority,
            db_cluster_parameter_group_name=self._parameter_group(name, settings),
            preferred_backup_window=settings.backup_window,
            preferred_maintenance_window=settings.maintenance_window,
            # RDS takes it when the cluster is made only.
            lifecycle=TerraformResourceLifecycle(ignore_changes=["engine_lifecycle_support"]),
            depends_on=[
                *self._log_groups("cluster", self.identifier, settings),
                *self._monitoring.policies,
                key.ready,
            ],
            **own,
        )
        self.arn = str(made.arn)
        self.database_id = self.cluster_id = str(made.cluster_identifier)
        self.resource_id = str(made.cluster_resource_id)
        self.address = str(made.endpoint)
        self.endpoint = f"{made.endpoint}:{settings.port}"
        self.reader_endpoint = f"{made.reader_endpoint}:{settings.port}"
        self.parameter_group_name = None
        # Which of them writes changes with each failover: nothing here depends on it.
        members = Fn.sort(made.cluster_members)
        self.servers = {f"-{index + 1}": str(Fn.element(members, index)) for index in range(ZONES)}
        self.continuous_backup_days = None

    def _parameter_group(self, name: Callable[[str], str], settings: DatabaseSettings) -> str:
        group = RdsClusterParameterGroup(
            self,
            "parameters",
            name_prefix=f"{name(f'postgres{settings.major_version}')}-",
            family=f"postgres{settings.major_version}",
            description="Hardened PostgreSQL parameters",
            parameter=[
                RdsClusterParameterGroupParameter(
                    name=key, value=parameter.value, apply_method=apply_method(key, parameter.value)
                )
                for key, parameter in sorted(settings.all_parameters.items())
            ],
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        return str(group.name)
