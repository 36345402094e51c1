"""The ``citizen-data`` system: the citizen database of a government agency, with what keeps it alive and auditable."""

from __future__ import annotations

from cdktf import TerraformOutput, TerraformStack
from constructs import Construct

from modules.aws.account import Account
from modules.aws.aspects import tag_everything
from modules.aws.provider import aws_provider
from modules.backup.backup import Backup
from modules.credentials.application import ApplicationCredentials
from modules.credentials.credentials import Credentials
from modules.credentials.rotation import Alternating, Rotation
from modules.credentials.rotation_age import RotationAge
from modules.database.database import Database
from modules.filesystem.filesystem import FileSystem
from modules.function.dead_letters import DeadLetters
from modules.function.function import Surroundings
from modules.keys.key_ring import KeyRing
from modules.monitoring.monitoring import Monitoring
from modules.monitoring.rotation_alarms import RotationAlarms
from modules.monitoring.topic import Topic
from modules.network.network import network_from_settings
from stacks.environment import Environment

NAME = "citizen-data"
PREFIX = "dr"


class CitizenData(TerraformStack):
    """One Terraform state with the whole system.

    Args:
        scope: the app.
        environment: what the environment decides.
        removable: lift the protection of a ``regulated`` system, to destroy it.
    """

    def __init__(self, scope: Construct, *, environment: Environment, removable: bool = False) -> None:
        super().__init__(scope, NAME)
        name = environment.name(PREFIX)
        profile = environment.profile
        aws_provider(self, region=environment.region)
        account = Account(self, "account", region=environment.region)

        keys = KeyRing(self, "keys", name=name, account=account, settings=environment.keys)
        network = network_from_settings(
            self,
            "network",
            name=name,
            account=account,
            zones=environment.availability_zones,
            settings=environment.network,
            logs_key=keys.logs,
        )
        topic = Topic(
            self, "topic", name=name("alerts"), account=account, key=keys.logs, email=environment.alarms.email
        )
        credentials = Credentials(
            self,
            "credentials",
            secret_name=environment.credentials.secret_name or name("db-credentials"),
            account=account,
            settings=environment.credentials,
            profile=profile,
            username=environment.database.username,
            database_name=environment.database.name,
            key=keys.secrets,
        )
        database = Database(
            self,
            "database",
            name=name,
            account=account,
            network=network,
            settings=environment.database,
            profile=profile,
            removable=removable,
            key=keys.database,
            logs_key=keys.logs,
            password=credentials.password,
        )
        dead_letters = DeadLetters(self, "dead-letters", name=name("dead-letters"), key=keys.logs)
        functions = Surroundings(
            name=name,
            account=account,
            network=network,
            key=keys.secrets,
            logs_key=keys.logs,
            log_retention_days=environment.credentials.log_retention_days,
            dead_letters=dead_letters,
            reserved_concurrency=environment.credentials.reserved_concurrency,
        )
        rotations = self._rotations(environment, functions, credentials, database)
        age = RotationAge(
            self, "rotation-age", within=functions, secrets=[rotation.secret for rotation in rotations]
        )
        filesystem = FileSystem(
            self,
            "filesystem",
            name=name,
            account=account,
            network=network,
            settings=environment.filesystem,
            key=keys.filesystem,
        )
        application = network.security_group(
            "application-security-group",
            name=name("application"),
            description="Applications that use the database and the transaction logs",
        )
        database.allow_from(application, "Applications query the database")
        filesystem.allow_from(application, "Applications write transaction logs")
        backup = Backup(
            self,
            "backup",
            name=name,
            account=account,
            settings=environment.backup,
            profile=profile,
            removable=removable,
            continuous_days=environment.database.backup_retention_days,
            covered={"database": database.arn, "filesystem": filesystem.arn},
            key=keys.backups,
            topic=topic,
        )
        monitoring = Monitoring(
            self,
            "monitoring",
            name=name,
            account=account,
            database=database,
            topic=topic,
            settings=environment.alarms,
        )
        rotation_alarms = RotationAlarms(
            self,
            "rotation-alarms",
            name=name,
            topic=topic,
            rotations=rotations,
            age=age,
            dead_letters=dead_letters,
            margin_days=environment.alarms.rotation_margin_days,
        )
        tag_everything(self, environment.all_tags())

        self._output("region", environment.region)
        self._output("suffix", environment.suffix)
        self._output("profile", environment.profile)
        self._output("vpc_id", network.vpc_id)
        for tier in ("private", "database"):
            self._output(f"{tier}_subnet_ids", dict(network.subnet_ids(tier)))
        self._output("application_security_group_id", application.id)
        self._output("database_security_group_id", database.security_group.id)
        self._output("database_identifier", database.instance_id)
        self._output("database_arn", database.arn)
        self._output("database_endpoint", database.endpoint)
        self._output("database_address", database.address)
        self._output("database_port", database.port)
        self._output("database_name", environment.database.name)
        self._output("database_max_connections", database.max_connections)
        for rotation in rotations:
            whose = "" if rotation.secret is credentials else f"{rotation.login}_"
            self._output(f"{whose}credentials_arn", rotation.secret.arn)
            self._output(f"{whose}rotation_function_name", rotation.function_name)
        self._output("dead_letter_queue_name", dead_letters.queue_name)
        self._output("filesystem_id", filesystem.id)
        self._output("filesystem_dns_name", filesystem.dns_name)
        self._output("access_point_ids", filesystem.access_point_ids)
        self._output("backup_vault_name", backup.vault_name)
        self._output("backup_plan_id", backup.plan_id)
        self._output("topic_arn", topic.arn)
        self._output("alarm_arns", {**monitoring.alarm_arns, **rotation_alarms.alarm_arns})
        self._output("dashboard_name", monitoring.dashboard_name)
        self._output("key_arns", keys.arns)

    def _rotations(
        self, environment: Environment, functions: Surroundings, credentials: Credentials, database: Database
    ) -> list[Rotation]:
        settings = environment.credentials
        rotations = [
            Rotation(
                self,
                "rotation",
                what="db-rotation",
                login="master",
                within=functions,
                secret=credentials,
                database=database,
                days=settings.rotation_days,
                password=settings.password,
            )
        ]
        application = settings.application
        if application is not None:
            rotations.append(
                Rotation(
                    self,
                    "application-rotation",
                    what="app-rotation",
                    login="application",
                    within=functions,
                    secret=ApplicationCredentials(
                        self,
                        "application-credentials",
                        secret_name=application.secret_name or functions.name("app-credentials"),
                        account=functions.account,
                        settings=settings,
                        application=application,
                        profile=environment.profile,
                        database=database,
                        key=functions.key,
                    ),
                    database=database,
                    days=application.rotation_days,
                    password=settings.password,
                    alternating=Alternating(administrator=credentials, owner_role=application.owner),
                )
            )
        return rotations

    def _output(self, name: str, value: object) -> None:
        TerraformOutput(self, name, value=value, static_id=True)
