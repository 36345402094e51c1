"""The ``citizen-data`` system: the citizen database of a government agency, with what keeps it alive and auditable."""

from __future__ import annotations

from cdktf import TerraformStack
from constructs import Construct

from modules.aws.aspects import tag_everything
from modules.aws.outputs import outputs
from modules.filesystem.filesystem import FileSystem
from modules.postgres.postgres import Postgres
from stacks.settings import CitizenDataSettings

NAME = "citizen-data"
PREFIX = "dr"


class CitizenData(TerraformStack):
    """One Terraform state with the whole system.

    Args:
        scope: the app.
        environment: what the environment decides.
        removable: lift the protection of a ``regulated`` system, to destroy it.
    """

    def __init__(
        self, scope: Construct, *, environment: CitizenDataSettings, removable: bool = False
    ) -> None:
        super().__init__(scope, NAME)
        name = environment.name(PREFIX)
        postgres = Postgres(
            self,
            settings=environment,
            name=name,
            database_name=name("citizen-db"),
            topic_name=name("alerts"),
            purpose="citizen database",
            removable=removable,
        )
        filesystem = FileSystem(
            self,
            "filesystem",
            name=name,
            account=postgres.account,
            network=postgres.network,
            settings=environment.filesystem,
            key=postgres.keys.filesystem,
        )
        application = postgres.network.security_group(
            "application-security-group",
            name=name("application"),
            description="Applications that use the database and the transaction logs",
        )
        postgres.database.allow_from(application, "Applications query the database")
        filesystem.allow_from(application, "Applications write transaction logs")
        postgres.network.allow_endpoints_from(application, "Applications read their credentials")
        backup = postgres.back_up({"filesystem": filesystem.arn})
        tag_everything(self, environment.all_tags())
        outputs(
            self,
            {
                **postgres.outputs(backup),
                "application_security_group_id": application.id,
                "filesystem_id": filesystem.id,
                "filesystem_dns_name": filesystem.dns_name,
                "access_point_ids": filesystem.access_point_ids,
            },
        )
