"""The ``database-ha`` system: a PostgreSQL with a standby and backups for years, and nothing around it that it does not need."""

from __future__ import annotations

from cdktf import TerraformStack
from constructs import Construct

from modules.aws.aspects import tag_everything
from modules.aws.outputs import outputs
from modules.postgres.postgres import Postgres
from stacks.settings import DatabaseHaSettings

NAME = "database-ha"
PREFIX = "ha"


class DatabaseHa(TerraformStack):
    """One Terraform state with the whole system.

    Args:
        scope: the app.
        environment: what the environment decides for it.
        removable: lift the protection of a ``regulated`` system, to destroy it.
    """

    def __init__(self, scope: Construct, *, environment: DatabaseHaSettings, removable: bool = False) -> None:
        super().__init__(scope, NAME)
        name = environment.name(PREFIX)
        postgres = Postgres(
            self,
            settings=environment,
            name=name,
            database_name=name("postgres"),
            topic_name=f"rds-alerts-{environment.suffix}",
            purpose="highly available database",
            removable=removable,
        )
        postgres.database.allow_from_subnets(
            postgres.network.subnet_cidrs("private"), "Clients in the private subnets query the database"
        )
        postgres.network.allow_endpoints_from_private_subnets(
            "Clients in the private subnets read their credentials"
        )
        backup = postgres.back_up(second=environment.second_region)
        bucket = None
        if environment.exports is not None:
            bucket = postgres.export(environment.exports, bucket_name=environment.bucket_name)
        tag_everything(self, environment.all_tags())
        outputs(self, {**postgres.outputs(backup), **({"bucket_name": bucket.name} if bucket else {})})
