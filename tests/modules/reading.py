"""A role that may log in to a database."""

from __future__ import annotations

from cdktf import TerraformStack

from modules.aws.role import Role
from modules.database.base import PostgresDatabase


def let_a_role_read(stack: TerraformStack, database: PostgresDatabase) -> None:
    """Let a function's role log in as ``reader``."""
    role = Role(
        stack,
        "app",
        name="app",
        service="lambda.amazonaws.com",
        account=database._account,
        description="an application",
    )
    database.grant_connect(role, "reader")
