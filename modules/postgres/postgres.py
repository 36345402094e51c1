"""What every system around a PostgreSQL is made of, wired together once."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from constructs import Construct

from modules.aws.account import Account
from modules.aws.destruction import refuse_destruction
from modules.aws.provider import aws_provider
from modules.backup.backup import Backup
from modules.bucket.bucket import LoggedBucket
from modules.credentials.application import ApplicationCredentials
from modules.credentials.credentials import Credentials
from modules.credentials.rotation import Alternating, Rotation
from modules.credentials.rotation_age import RotationAge
from modules.database.base import PostgresDatabase
from modules.database.cluster import DatabaseCluster
from modules.database.database import Database
from modules.export.alarms import ExportAlarms
from modules.export.settings import ExportSettings
from modules.export.snapshot_export import SnapshotExport
from modules.function.dead_letters import DeadLetters
from modules.function.function import Surroundings
from modules.keys.key_ring import KeyRing
from modules.monitoring.metric_alarms import Alarm, make_alarms
from modules.monitoring.monitoring import Monitoring
from modules.monitoring.rotation_alarms import RotationAlarms
from modules.monitoring.topic import Topic
from modules.network.network import network_from_settings
from modules.postgres.settings import PostgresSettings
from modules.second_region.second_region import SecondRegion
from modules.second_region.settings import SecondRegionSettings


class Postgres:
    """Keys, network, topic, database, credentials that rotate, alarms; and the backups, once it is known of what.

    It is no construct: all that it makes lies in the scope itself, so that the addresses in the state say what a resource
    is, and not how the code is cut.

    Args:
        scope: the stack.
        settings: the system.
        name: makes a resource's name from what it is.
        database_name: identifier of the instance or cluster.
        topic_name: name of the topic of alarms and events.
        purpose: what the database is, for descriptions, such as ``citizen database``.
        removable: lift the protection of a ``regulated`` system, to destroy it.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        settings: PostgresSettings,
        name: Callable[[str], str],
        database_name: str,
        topic_name: str,
        purpose: str,
        removable: bool,
    ) -> None:
        self._scope = scope
        self._settings = settings
        self._name = name
        self._purpose = purpose
        self._removable = removable
        aws_provider(scope, region=settings.region)
        if settings.profile == "regulated":
            refuse_destruction(scope, lifted=removable)
        self.account = account = Account(scope, "account", region=settings.region)
        self.keys = keys = KeyRing(scope, "keys", name=name, account=account, settings=settings.keys)
        self.network = network_from_settings(
            scope,
            "network",
            name=name,
            account=account,
            zones=settings.availability_zones,
            settings=settings.network,
            logs_key=keys.logs,
            database_port=settings.database.port,
        )
        self.topic = Topic(
            scope, "topic", name=topic_name, account=account, key=keys.logs, email=settings.alarms.email
        )
        self.credentials = Credentials(
            scope,
            "credentials",
            secret_name=settings.credentials.secret_name or name("db-credentials"),
            description=f"Master user of the {purpose}",
            account=account,
            settings=settings.credentials,
            profile=settings.profile,
            username=settings.database.username,
            database_name=settings.database.name,
            key=keys.secrets,
        )
        kind = Database if settings.database.cluster is None else DatabaseCluster
        self.database: PostgresDatabase = kind(
            scope,
            "database",
            name=name,
            identifier=database_name,
            account=account,
            network=self.network,
            settings=settings.database,
            profile=settings.profile,
            removable=removable,
            key=keys.database,
            logs_key=keys.logs,
            password=self.credentials.password,
        )
        self.dead_letters = DeadLetters(scope, "dead-letters", name=name("dead-letters"), key=keys.logs)
        self.functions = Surroundings(
            name=name,
            account=account,
            network=self.network,
            key=keys.secrets,
            logs_key=keys.logs,
            log_retention_days=settings.credentials.log_retention_days,
            dead_letters=self.dead_letters,
            reserved_concurrency=settings.credentials.reserved_concurrency,
        )
        self._alarms: dict[str, str] = {}
        self._rotations = self._rotate()
        age = RotationAge(
            scope,
            "rotation-age",
            within=self.functions,
            secrets=[rotation.secret for rotation in self._rotations],
        )
        monitoring = Monitoring(
            scope,
            "monitoring",
            name=name,
            account=account,
            database=self.database,
            topic=self.topic,
            settings=settings.alarms,
        )
        rotation_alarms = RotationAlarms(
            scope,
            "rotation-alarms",
            name=name,
            topic=self.topic,
            rotations=self._rotations,
            age=age,
            dead_letters=self.dead_letters,
            margin_days=settings.alarms.rotation_margin_days,
        )
        self._readers = self._read()
        self._dashboard_name = monitoring.dashboard_name
        self._alarms.update(monitoring.alarm_arns | rotation_alarms.alarm_arns)

    def _second_region(self, second: SecondRegionSettings) -> SecondRegion:
        settings = self._settings
        region = SecondRegion(
            self._scope,
            "second-region",
            name=self._name,
            settings=second,
            keys=settings.keys,
            backup=settings.backup,
            continuous_days=settings.database.backup_retention_days,
            profile=settings.profile,
            removable=self._removable,
        )
        region.replicate_backups(self.database.arn)
        return region

    def export(self, settings: ExportSettings, *, bucket_name: str) -> LoggedBucket:
        """Export snapshots to a bucket.

        Args:
            settings: how often, and what becomes of the exports.
            bucket_name: name of the bucket.
        """
        bucket = LoggedBucket(
            self._scope,
            "exports",
            name=bucket_name,
            account=self.account,
            key=self.keys.exports,
            age=settings,
            topic=self.topic,
            keep=self._settings.profile == "regulated" and not self._removable,
        )
        export = SnapshotExport(
            self._scope,
            "snapshot-export",
            within=self.functions,
            database=self.database.identifier,
            cluster=self._settings.database.cluster is not None,
            bucket=bucket.bucket,
            key=self.keys.exports,
            every_days=settings.every_days,
        )
        alarms = ExportAlarms(
            self._scope,
            "export-alarms",
            name=self._name,
            topic=self.topic,
            export=export,
            every_days=settings.every_days,
        )
        self._alarms.update(alarms.alarm_arns)
        return bucket

    def back_up(
        self, others: Mapping[str, str] | None = None, *, second: SecondRegionSettings | None = None
    ) -> Backup:
        """Back up the database, and others.

        Args:
            others: name to ARN of what is backed up beside it.
            second: what another region gets of the backups.
        """
        settings = self._settings
        elsewhere = self._second_region(second) if second else None
        if isinstance(self.database, Database):
            self.database.hand_backups_over()
        backup = Backup(
            self._scope,
            "backup",
            name=self._name,
            account=self.account,
            settings=settings.backup,
            profile=settings.profile,
            removable=self._removable,
            continuous_days=self.database.continuous_backup_days,
            covered={"database": self.database.arn, **(others or {})},
            key=self.keys.backups,
            topic=self.topic,
            copies=elsewhere.vault if elsewhere else None,
            tested=self.database,
        )
        self._alarms.update(backup.alarm_arns)
        return backup

    def outputs(self, backup: Backup) -> dict[str, object]:
        """Return what others need to know of the system.

        Args:
            backup: what :meth:`back_up` made.
        """
        settings, database = self._settings, self.database
        return {
            "region": settings.region,
            "suffix": settings.suffix,
            "profile": settings.profile,
            "vpc_id": self.network.vpc_id,
            "private_subnet_ids": dict(self.network.subnet_ids("private")),
            "database_subnet_ids": dict(self.network.subnet_ids("database")),
            "database_security_group_id": database.security_group.id,
            "database_identifier": database.database_id,
            "database_arn": database.arn,
            "database_endpoint": database.endpoint,
            "database_address": database.address,
            "database_port": database.port,
            "database_name": settings.database.name,
            "database_max_connections": database.max_connections,
            **self._readers,
            **self._outputs_of_rotations(),
            "dead_letter_queue_name": self.dead_letters.queue_name,
            "backup_vault_name": backup.vault_name,
            "backup_plan_id": backup.plan_id,
            "topic_arn": self.topic.arn,
            "alarm_arns": self._alarms,
            "dashboard_name": self._dashboard_name,
            "key_arns": self.keys.arns,
        }

    def _outputs_of_rotations(self) -> dict[str, object]:
        found: dict[str, object] = {}
        for rotation in self._rotations:
            whose = "" if rotation.secret is self.credentials else f"{rotation.login}_"
            found[f"{whose}credentials_arn"] = rotation.secret.arn
            found[f"{whose}rotation_function_name"] = rotation.function_name
        return found

    def _read(self) -> dict[str, str]:
        """Add what reads beside the database, with alarms on how far it is behind; returns its outputs."""
        settings, database = self._settings.database, self.database
        if isinstance(database, DatabaseCluster) and settings.cluster is not None:
            # Whichever writes is behind nobody, and tells nothing.
            self._watch_lag(
                database.servers, settings.cluster.lag_seconds, scope="reader", missing="notBreaching"
            )
            return {"database_reader_endpoint": database.reader_endpoint}
        if isinstance(database, Database) and settings.replica is not None:
            replica = database.replicate(settings, settings.replica)
            instance = str(replica.identifier)
            self._watch_lag(
                {"": instance}, settings.replica.lag_seconds, scope="replica", missing="breaching"
            )
            return {"replica_endpoint": str(replica.endpoint)}
        return {}

    def _watch_lag(self, servers: Mapping[str, str], seconds: int, *, scope: str, missing: str) -> None:
        alarms = {
            f"{scope}-lag{server}": Alarm(
                namespace="AWS/RDS",
                metric="ReplicaLag",
                dimensions={"DBInstanceIdentifier": instance},
                description=f"The read replica is more than {seconds} s behind",
                statistic="Maximum",
                threshold=seconds,
                missing=missing,
            )
            for server, instance in servers.items()
        }
        made = make_alarms(
            Construct(self._scope, f"{scope}-alarms"), alarms, name=self._name, topic=self.topic
        )
        self._alarms.update(made)

    def _rotate(self) -> list[Rotation]:
        settings = self._settings.credentials
        rotations = [
            Rotation(
                self._scope,
                "rotation",
                what="db-rotation",
                login="master",
                within=self.functions,
                secret=self.credentials,
                database=self.database,
                days=settings.rotation_days,
                password=settings.password,
            )
        ]
        application = settings.application
        if application is not None:
            rotations.append(
                Rotation(
                    self._scope,
                    "application-rotation",
                    what="app-rotation",
                    login="application",
                    within=self.functions,
                    secret=ApplicationCredentials(
                        self._scope,
                        "application-credentials",
                        secret_name=application.secret_name or self._name("app-credentials"),
                        description=f"Application of the {self._purpose}",
                        account=self.account,
                        settings=settings,
                        application=application,
                        profile=self._settings.profile,
                        database=self.database,
                        key=self.keys.secrets,
                    ),
                    database=self.database,
                    days=application.rotation_days,
                    password=settings.password,
                    alternating=Alternating(administrator=self.credentials, owner_role=application.owner),
                )
            )
        return rotations
