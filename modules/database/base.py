"""What an instance and a cluster of PostgreSQL have in common: where they lie, who may come in, what they need around them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from cdktf import ITerraformDependable, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.db_subnet_group import DbSubnetGroup
from constructs import Construct

from modules.aws.account import Account
from modules.aws.log_group import encrypted_log_group
from modules.aws.policy import Statement
from modules.aws.role import Role
from modules.database.settings import DatabaseSettings
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


class PostgresDatabase(Construct):
    """A PostgreSQL on RDS, encrypted, TLS only, observed, backed up, and protected as its profile says.

    Args:
        scope: parent construct.
        id: construct id.
        name: makes a resource's name from what it is.
        identifier: identifier of the instance or cluster.
        account: the account it belongs to.
        network: where it lies, in the database tier.
        settings: the database.
        profile: ``regulated`` turns on deletion protection and the final snapshot.
        removable: lift deletion protection, to destroy a regulated system; the final snapshot is still made.
        key: key of storage, snapshots and Performance Insights.
        logs_key: key of the exported logs.
        password: where the master password comes from.
    """

    arn: str
    """ARN of the instance or cluster."""
    database_id: str
    """Identifier of the instance or cluster, once it is there."""
    resource_id: str
    """What policies for logins with tokens name it by."""
    address: str
    """Name of the server that takes changes."""
    endpoint: str
    """Its address and port."""
    servers: Mapping[str, str]
    """What ends the names of a server's alarms, to the identifier of its instance."""
    cluster_id: str | None = None
    """Identifier of the cluster, if it is one."""
    parameter_group_name: str | None
    """Name of the instance's parameter group; RDS has no events of a cluster's."""
    continuous_backup_days: int | None
    """Days of point-in-time recovery that AWS Backup takes over; ``None`` when it cannot (constraint C47)."""

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
        self._logs_key = logs_key
        self.identifier = identifier
        self.port = settings.port
        self.name = settings.name
        self.max_connections = settings.connections
        self.security_group: SecurityGroup = network.security_group(
            "database-security-group", name=name("database"), description="PostgreSQL on RDS"
        )
        self.subnet_group_name = self._subnet_group(name, network)
        self._monitoring = self._monitoring_role(name)
        regulated = profile == "regulated"
        # By the names that aws_db_instance and aws_rds_cluster share.
        self._common: dict[str, Any] = {
            "engine_version": settings.engine_version,
            "engine_lifecycle_support": "open-source-rds-extended-support"
            + ("" if settings.extended_support else "-disabled"),
            "allow_major_version_upgrade": settings.allow_major_version_upgrade or None,
            "allocated_storage": settings.storage_gb,
            "db_subnet_group_name": self.subnet_group_name,
            "kms_key_id": key.arn,
            "backup_retention_period": settings.backup_retention_days,
            "skip_final_snapshot": not regulated,
            "final_snapshot_identifier": f"{identifier}-final" if regulated else None,
            "tags": {"Name": identifier},
        }
        # What a replica has as its source has it, too.
        self._alike: dict[str, Any] = {
            "iam_database_authentication_enabled": True,
            "port": settings.port,
            "vpc_security_group_ids": [self.security_group.id],
            "storage_encrypted": True,
            "apply_immediately": settings.apply_immediately,
            "copy_tags_to_snapshot": True,
            "deletion_protection": regulated and not removable,
            "enabled_cloudwatch_logs_exports": list(LOG_EXPORTS),
            "monitoring_interval": settings.monitoring_interval,
            "monitoring_role_arn": self._monitoring.arn,
            "performance_insights_enabled": True,
            "performance_insights_kms_key_id": key.arn,
            "performance_insights_retention_period": settings.performance_insights_retention_days,
        }
        self._regulated = regulated
        self._make(name, settings, key=key, password=password)

    @abstractmethod
    def _make(
        self,
        name: Callable[[str], str],
        settings: DatabaseSettings,
        *,
        key: IKey,
        password: IPassword,
    ) -> None:
        """Make the database itself, and set what others need to know of it."""

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

    def _subnet_group(self, name: Callable[[str], str], network: INetwork) -> str:
        # A prefix and create_before_destroy: a replacement exists before the database moves to it,
        # so replacing the group changes the database in place.
        group = DbSubnetGroup(
            self,
            "subnets",
            name_prefix=f"{name('database')}-",
            description="Isolated subnets of the database tier",
            subnet_ids=list(network.subnet_ids("database").values()),
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        return str(group.name)

    def _log_groups(
        self, kind: str, identifier: str, settings: DatabaseSettings, *, prefix: str = ""
    ) -> list[Construct]:
        # RDS would create the log groups itself, unencrypted and for ever, if it came first.
        return [
            encrypted_log_group(
                self,
                f"{prefix}{export}-logs",
                name=f"/aws/rds/{kind}/{identifier}/{export}",
                retention_days=settings.log_retention_days,
                key=self._logs_key,
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
