"""What the tests of database-ha share: the cdktf CLI, commands of the runbook, a VPC that is there, rows in PostgreSQL."""

from __future__ import annotations

import json
import re
import ssl
from typing import Any

from pg8000.native import Connection  # type: ignore[import-untyped]

from localcloud import authority
from tests import aws_cli
from tests.docs import runbook
from tests.system.checkout import DATABASE_HA, Checkout, succeeded
from tests.system.fixtures import holdfast

ISOLATED = ("eu-central-2a", "eu-central-2b")
"""Zones that have an isolated subnet; the third one has a private one only."""


def cdktf(made: Checkout, command: str, *, removal: bool = False) -> str:
    """Run the cdktf CLI for the system, in a shell that talks to the local AWS; gives what it prints."""
    allowed = "HOLDFAST_REMOVAL=allow " if removal else ""
    approved = "" if command == "diff" else " --auto-approve"
    return succeeded(made.in_local_shell(f"{allowed}npx cdktf {command} {DATABASE_HA}{approved}"))


def deploy(made: Checkout, *, removal: bool = False) -> None:
    """``cdktf deploy``, and the outputs in their file."""
    cdktf(made, "deploy", removal=removal)
    if not removal:
        succeeded(holdfast(made, f"outputs {DATABASE_HA}"))


def changes(made: Checkout) -> str:
    """What a plan of what is synthesized would change; empty, if it is nothing."""
    done = made.terraform("plan -detailed-exitcode -input=false -no-color", DATABASE_HA)
    _, _, found = done.stdout.partition("Terraform used the selected providers")
    return "" if done.returncode == 0 else f"{found}{done.stderr}" or done.stdout


def addresses(made: Checkout) -> list[str]:
    """What the state has."""
    return succeeded(made.terraform("state list", DATABASE_HA)).split()


def instance(made: Checkout, name: str) -> dict[str, Any]:
    (found,) = made.client("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    return dict(found)


def aws(made: Checkout, printed: str, **actual: str) -> Any:
    """Run a command of the runbook, of this environment.

    Args:
        made: where.
        printed: as the runbook has it, for the environment ``dev``.
        actual: by the name of an option, with underscores, a value in place of the page's example.
    """
    command = _here(made, printed)
    for name, value in actual.items():
        option = f"--{name.replace('_', '-')}"
        command = re.sub(rf"{option} \S+", f"{option} {value}", command)
    return aws_cli.run(command, made.client)


def terraform(made: Checkout, printed: str) -> str:
    """Run a command of the runbook that begins with its alias ``tf``."""
    alias = f'tf() {{ terraform -chdir=cdktf.out/stacks/{DATABASE_HA} "$@"; }}'
    return succeeded(made.in_local_shell(f"{alias}; {_here(made, printed)}"))


def _here(made: Checkout, printed: str) -> str:
    return re.sub(r"-dev\b", f"-{made.environment}", printed)


def put_aside(made: Checkout) -> None:
    """Step 3 of a restore: rename the old instance, and forget it."""
    *_, aside, _unprotect, _delete = runbook.commands("Restore")
    (forget,) = runbook.commands("Restore", "tf")
    aws(made, aside)
    terraform(made, forget)


def tidy_up(made: Checkout) -> None:
    """Step 6 of a restore: delete the old instance."""
    *_, unprotect, delete = runbook.commands("Restore")
    aws(made, unprotect)
    aws(made, delete)


def run(made: Checkout, statement: str, at: str = "", **values: str) -> Any:
    """Run a statement as the master user of the secret.

    Args:
        made: where.
        statement: SQL.
        at: identifier of the instance; default: that of the outputs.
        values: of the statement.
    """
    secret = json.loads(
        made.client("secretsmanager").get_secret_value(SecretId=made.outputs["credentials_arn"])[
            "SecretString"
        ]
    )
    endpoint = instance(made, at or made.outputs["database_identifier"])["Endpoint"]
    trusted = made.folder / ".holdfast" / "local" / "postgres" / authority.CERTIFICATE
    with Connection(
        secret["username"],
        password=secret["password"],
        host=endpoint["Address"],
        port=endpoint["Port"],
        database=made.outputs["database_name"],
        ssl_context=ssl.create_default_context(cafile=str(trusted)),
        timeout=10,
    ) as connection:
        return connection.run(statement, **values)


def write(made: Checkout, name: str) -> None:
    """Write a row."""
    run(made, "CREATE TABLE IF NOT EXISTS citizen (name text)")
    run(made, "INSERT INTO citizen VALUES (:name)", name=name)


def names(made: Checkout, instance_name: str = "") -> list[str]:
    """The rows."""
    return [name for (name,) in run(made, "SELECT name FROM citizen ORDER BY name", instance_name)]


class Existing:
    """A checkout with a VPC that another team has made and tagged.

    Args:
        made: the checkout; its local AWS runs.
        block: the system's block of the environment's file, with a place for the id of the VPC.
    """

    def __init__(self, made: Checkout, block: str) -> None:
        self.checkout = made
        self.vpc: str = made.client("ec2").create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
        self.subnets = self._subnets()
        self.describe(block)
        # It is another system than the one of the manifest: nothing is deployed yet that could be lost.
        succeeded(made.holdfast("manifest", "remove", DATABASE_HA, "--environment", made.environment))

    def all_subnets(self) -> set[str]:
        """The ids of the subnets that the VPC has by now."""
        ec2 = self.checkout.client("ec2")
        found = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [self.vpc]}])["Subnets"]
        return {subnet["SubnetId"] for subnet in found}

    def describe(self, block: str) -> None:
        """Write the system's block of the environment's file."""
        path = self.checkout.folder / "environments" / f"{self.checkout.environment}.tfvars"
        text = path.read_text(encoding="utf-8")
        kept = re.sub(r"\n(# A second system.*\n)?database_ha = \{\n(.*\n)*?\}\n", "", text)
        assert "database_ha" not in kept
        path.write_text(kept + block % self.vpc, encoding="utf-8")

    def _subnets(self) -> dict[tuple[str, str], str]:
        """Subnets as the other team tagged them, by tier and zone."""
        ec2 = self.checkout.client("ec2")
        places = [("private", f"eu-central-2{letter}") for letter in "abc"] + [
            ("isolated", zone) for zone in ISOLATED
        ]
        found = {}
        for index, (tier, zone) in enumerate(places):
            block = f"10.99.{index}.0/24"
            subnet = ec2.create_subnet(VpcId=self.vpc, CidrBlock=block, AvailabilityZone=zone)["Subnet"]
            ec2.create_tags(Resources=[subnet["SubnetId"]], Tags=[{"Key": "Tier", "Value": tier}])
            found[tier, zone] = subnet["SubnetId"]
        return found
