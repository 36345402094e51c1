"""What of a deployed system commands need: its region, its secrets and its database, from Terraform's outputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from environments.problem import Problem
from operations import deployment, synth

if TYPE_CHECKING:
    from operations.project import Project

_SECRET = "credentials_arn"  # noqa: S105 - the name of an output

_READER = "database_reader_endpoint"
"""The output that a cluster has and an instance has not."""


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """A deployed system.

    Attributes:
        region: where it is.
        secrets: ARNs of the secrets that are rotated, the master user's first: others need it to be right.
        database: identifier of its database.
        cluster: whether that is a Multi-AZ cluster.
    """

    region: str
    secrets: tuple[str, ...]
    database: str
    cluster: bool = False


def find(project: Project, stack: str, *, environment: str | None) -> Deployed:
    """Read the outputs of a system.

    Args:
        project: the project.
        stack: name of the system.
        environment: name of the environment, the default one unless given.

    Raises:
        Problem: it is not deployed.
        Failed: Terraform failed.
    """
    synth.synthesize(project, stack, environment=environment)
    terraform = deployment.terraform_of(project, stack, show=None)
    deployment.connect(project, terraform)
    return of(terraform.output_json(), stack)


def of(outputs: dict[str, Any], stack: str) -> Deployed:
    """What Terraform's outputs say.

    Args:
        outputs: what ``terraform output -json`` prints.
        stack: name of the system.

    Raises:
        Problem: the outputs are not those of a system with credentials.
    """
    values = {name: output["value"] for name, output in outputs.items()}
    secrets = sorted((name for name in values if name.endswith(_SECRET)), key=lambda name: (len(name), name))
    if not secrets or "region" not in values or "database_identifier" not in values:
        raise Problem(
            f"{stack} is not deployed, or has no credentials",
            given=f"the outputs {', '.join(sorted(values)) or '(none)'}",
            allowed="region, database_identifier and credentials_arn among them",
            fix=f"pipenv run holdfast deploy {stack}",
        )
    return Deployed(
        region=str(values["region"]),
        secrets=tuple(str(values[name]) for name in secrets),
        database=str(values["database_identifier"]),
        cluster=_READER in values,
    )


def region_of(project: Project, stack: str, secret: str, *, environment: str | None) -> str:
    """The region of a secret: its ARN names it; a name alone is looked for where the system is.

    Raises:
        Problem: it is an ARN, but not of a secret; or the system has no region.
    """
    if secret.startswith("arn:"):
        parts = secret.split(":")
        if len(parts) != 7 or parts[2] != "secretsmanager":  # noqa: PLR2004 - arn:partition:service:region:account:secret:name
            raise Problem(
                "this is no ARN of a secret",
                given=secret,
                allowed="arn:aws:secretsmanager:<region>:<account>:secret:<name>, or a name",
            )
        return parts[3]
    synth.synthesize(project, stack, environment=environment)
    region = synth.region(synth.stack_json(project, stack))
    if region is None:
        raise Problem(f"{stack} has no AWS provider with a region", fix="name the secret by its ARN")
    return region
