"""RDS for PostgreSQL: encrypted, TLS only, observed, backed up, and protected as its profile says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from cdktf import ITerraformDependable, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.db_instance import DbInstance
from cdktf_cdktf_provider_aws.db_parameter_group import DbParameterGroup, DbParameterGroupParameter
from cdktf_cdktf_provider_aws.db_subnet_group import DbSubnetGroup
from constructs import Construct

from modules.aws.account import Account
from modules.aws.log_group import encrypted_log_group
from modules.aws.policy import Statement
from modules.aws.role import Role
from modules.database.parameters import apply_method
from modules.database.settings import DatabaseSettings, ReplicaSettings
from modules.keys.key import IKey
from modules.network.network import INetwork
from modules.network.security_group import SecurityGroup
from modules.settings import Profile

LOG_EXPORTS = ("postgresql", "upgrade")


class IPassword(Protocol):
    """Where the master user's password comes from; its value never reaches the state."""

    @property
    def expression(self) -> str:
        """Terraform expression of an ephemeral value."""
        ...

    @property
    def version(self) -> int:
        """Number that is raised to make Terraform send the password again."""
        ...


class Database(Construct):
    """A PostgreSQL instance with its subnet group, parameter group, log groups and monitoring role.

    Args:
        scope: parent construct.
        id: construct id.
        name: makes a resource's name from what it is.
        identifier: identifier of the instance.
        account: the account it belongs to.
        network: where it lies, in the database tier.
        settings: the instance.
        profile: ``regulated`` turns on deletion protection and the final snapshot.
        removable: lift deletion protection, to destroy a regulated system; the final snapshot is still made.
        key: key of storage, snapshots and Performance Insights.
        logs_key: key of the exported logs.
        password: where the master password comes from.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: Callable[[str], str],
        identifier: str,
        account: Account,
        network: INetwork,
        settings: DatabaseSettings,
        profile: Profile,
        removable: bool = False,
        key: IKey,
        logs_key: IKey,
        password: IPassword,
    ) -> None:
        super().__init__(scope, id)
        self._account = account
        self.identifier = identifier
        self.port = settings.port
        self.name = settings.name
        self.max_connections = settings.connections
        self.security_group: SecurityGroup = network.security_group(
            "database-security-group", name=name("database"), description="PostgreSQL on RDS"
        )
        regulated = profile == "regulated"
        self.subnet_group_name = self._subnet_group(name, network)
        monitoring = self._monitoring_role(name)
        # What a replica has as its source has it.
        self._alike: dict[str, Any] = {
            # A full minor version is what the operator chose: AWS must not move it from under the plan.
            "auto_minor_version_upgrade": "." not in settings.engine_version,
            "iam_database_authentication_enabled": True,
            "port": settings.port,
            "vpc_security_group_ids": [self.security_group.id],
            "publicly_accessible": False,
            "ca_cert_identifier": settings.certificate_authority,
            "parameter_group_name": self._parameter_group(name, settings),
            "storage_type": "gp3",
            "max_allocated_storage": settings.max_storage_gb,
            "storage_encrypted": True,
            "maintenance_window": settings.maintenance_window,
            "apply_immediately": settings.apply_immediately,
            "copy_tags_to_snapshot": True,
            "deletion_protection": regulated and not removable,
            "enabled_cloudwatch_logs_exports": list(LOG_EXPORTS),
            "monitoring_interval": settings.monitoring_interval,
            "monitoring_role_arn": monitoring.arn,
            "performance_insights_enabled": True,
            "performance_insights_kms_key_id": key.arn,
            "performance_insights_retention_period": settings.performance_insights_retention_days,
        }
        restored = settings.restore.arguments() if settings.restore else {}
        self._instance = DbInstance(
            self,
            "instance",
            identifier=self.identifier,
            engine="postgres",
            engine_version=settings.engine_version,
            engine_lifecycle_support="open-source-rds-extended-support"
            + ("" if settings.extended_support else "-disabled"),
            allow_major_version_upgrade=settings.allow_major_version_upgrade or None,
            instance_class=settings.instance_class,
            multi_az=settings.multi_az,
            availability_zone=settings.availability_zone,
            db_name=settings.name,
            username=settings.username,
            password_wo=password.expression,
            password_wo_version=password.version,
            db_subnet_group_name=self.subnet_group_name,
            allocated_storage=settings.storage_gb,
            iops=settings.iops,
            storage_throughput=settings.throughput_mbps,
            kms_key_id=key.arn,
            backup_retention_period=settings.backup_retention_days,
            backup_window=settings.backup_window,
            delete_automated_backups=not regulated,
            skip_final_snapshot=not regulated,
            final_snapshot_identifier=f"{self.identifier}-final" if regulated else None,
            tags={"Name": self.identifier},
            # RDS takes it when the instance is made only; the provider would plan the change for ever
            # (source: https://github.com/hashicorp/terraform-provider-aws/issues/40870).
            # What it was restored from would else make another instance of it, in place of this one.
            lifecycle=TerraformResourceLifecycle(
                ignore_changes=["engine_lifecycle_support", "restore_to_point_in_time", "snapshot_identifier"]
            ),
            # RDS would create the log groups itself, unencrypted and for ever, if it came first.
            depends_on=[
                *self._log_groups(self.identifier, settings, logs_key),
                *monitoring.policies,
                key.ready,
            ],
            **self._alike,
            **restored,
        )
        self._logs_key = logs_key
        self.arn = str(self._instance.arn)
        self.instance_id = str(self._instance.identifier)
        self.resource_id = str(self._instance.resource_id)
        self.address = str(self._instance.address)
        self.endpoint = str(self._instance.endpoint)
        self.parameter_group_name = str(self._instance.parameter_group_name)

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
            replicate_source_db=self.instance_id,
            instance_class=replica.instance_class or settings.instance_class,
            multi_az=replica.multi_az,
            # A replica has no final snapshot (constraint C38).
            skip_final_snapshot=True,
            tags={"Name": identifier},
            depends_on=self._log_groups(identifier, settings, self._logs_key, prefix="replica-"),
            **self._alike,
        )

    def allow_from(self, client: SecurityGroup, why: str) -> Sequence[ITerraformDependable]:
        """Let a client reach PostgreSQL; opens the client's way out too, and returns the rules."""
        return self.security_group.allow_from(client, self.port, why)

    def allow_from_subnets(self, cidrs: Mapping[str, str], why: str) -> None:
        """Let subnets reach PostgreSQL.

        Args:
            cidrs: availability zone to address block.
            why: what the connections are for.
        """
        for zone, cidr in cidrs.items():
            self.security_group.allow_from_cidr(f"from-{zone}", cidr, self.port, why)

    def grant_connect(self, role: Role, user: str) -> None:
        """Let a role log in with an IAM token as a database user, who must be granted ``rds_iam``."""
        resource = self._account.arn("rds-db", f"dbuser:{self.resource_id}/{user}")
        role.add(Statement(sid="ConnectToDatabase", actions=["rds-db:connect"], resources=[resource]))

    def metric_dimensions(self) -> Mapping[str, str]:
        """Return the CloudWatch dimensions of the instance's metrics in ``AWS/RDS``."""
        return {"DBInstanceIdentifier": self.instance_id}

    def _subnet_group(self, name: Callable[[str], str], network: INetwork) -> str:
        # A prefix and create_before_destroy: a replacement exists before the instance moves to it,
        # so replacing the group changes the instance in place.
        group = DbSubnetGroup(
            self,
            "subnets",
            name_prefix=f"{name('database')}-",
            description="Isolated subnets of the database tier",
            subnet_ids=list(network.subnet_ids("database").values()),
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        return str(group.name)

    def _parameter_group(self, name: Callable[[str], str], settings: DatabaseSettings) -> str:
        group = DbParameterGroup(
            self,
            "parameters",
            name_prefix=f"{name(f'postgres{settings.major_version}')}-",
            family=f"postgres{settings.major_version}",
            description="Hardened PostgreSQL parameters",
            parameter=[
                DbParameterGroupParameter(name=key, value=parameter.value, apply_method=apply_method(key))
                for key, parameter in sorted(settings.all_parameters.items())
            ],
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        return str(group.name)

    def _log_groups(
        self, identifier: str, settings: DatabaseSettings, key: IKey, *, prefix: str = ""
    ) -> list[Construct]:
        return [
            encrypted_log_group(
                self,
                f"{prefix}{export}-logs",
                name=f"/aws/rds/instance/{identifier}/{export}",
                retention_days=settings.log_retention_days,
                key=key,
            )
            for export in LOG_EXPORTS
        ]

    def _monitoring_role(self, name: Callable[[str], str]) -> Role:
        role = Role(
            self,
            "monitoring",
            name=name("rds-monitoring"),
            service="monitoring.rds.amazonaws.com",
            account=self._account,
            description="RDS enhanced monitoring writes operating system metrics",
        )
        role.attach(
            "write-metrics", self._account.managed_policy("service-role/AmazonRDSEnhancedMonitoringRole")
        )
        return role
