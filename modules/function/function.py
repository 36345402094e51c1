"""A Lambda function of our own in the isolated tier, with all that each of them has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cdktf import AssetType, ITerraformDependable, TerraformAsset
from cdktf_cdktf_provider_aws.lambda_function import LambdaFunction
from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission
from constructs import Construct

from modules.aws.account import Account
from modules.aws.log_group import encrypted_log_group
from modules.aws.policy import Statement, as_sid
from modules.aws.role import Role
from modules.function.dead_letters import DeadLetters
from modules.keys.key import IKey
from modules.lambda_package import build
from modules.network.network import INetwork

PROJECT = Path(__file__).parent.parent.parent
MEMORY_MB = 256

NETWORK_INTERFACES = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:UnassignPrivateIpAddresses",
)
DESCRIBE_NETWORK = ("ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets")
"""What the Lambda service does under the function's role to bring it into the VPC
(source: Lambda developer guide, configuration-vpc, 2026-11)."""


@dataclass(frozen=True, kw_only=True)
class Code:
    """What a function runs.

    Args:
        folder: folder below ``functions/``, a Python package.
        handler: ``package.module.function``.
        requirements: distributions beyond those of the Lambda runtime.
        environment: its environment variables.
        timeout_seconds: the longest that a call may take.
        description: what it does.
    """

    folder: str
    handler: str
    requirements: Sequence[str] = ()
    environment: Mapping[str, str]
    timeout_seconds: int
    description: str


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What all functions of a system share.

    Args:
        name: makes a resource's name from what it is.
        account: the account it belongs to.
        network: where they run; they reach AWS services through endpoints there.
        key: key of their environment.
        logs_key: key of their logs.
        log_retention_days: days for which the logs are kept (C24).
        dead_letters: takes the events of asynchronous calls that failed.
        reserved_concurrency: calls at a time that each of them has for itself; ``None`` for none.
    """

    name: Callable[[str], str]
    account: Account
    network: INetwork
    key: IKey
    logs_key: IKey
    log_retention_days: int
    dead_letters: DeadLetters
    reserved_concurrency: int | None = None


class IsolatedFunction(Construct):
    """A function in the isolated subnets with a role, a security group and an encrypted log group of its own.

    Args:
        scope: parent construct.
        id: construct id.
        what: what it is, for its name.
        code: what it runs.
        within: what it shares with others.
    """

    def __init__(self, scope: Construct, id: str, *, what: str, code: Code, within: Surroundings) -> None:
        super().__init__(scope, id)
        self._account = within.account
        self.function_name = within.name(what)
        # Written out, for what must be there before the function.
        self._function_arn = within.account.arn("lambda", f"function:{self.function_name}")
        self.security_group = within.network.security_group(
            f"{id}-security-group",
            name=within.name(id),
            description=code.description,
        )
        self.ready: list[ITerraformDependable] = [
            *within.network.allow_endpoints_from(self.security_group, f"{code.description}: calls to AWS")
        ]
        logs = encrypted_log_group(
            self,
            "logs",
            name=f"/aws/lambda/{self.function_name}",
            retention_days=within.log_retention_days,
            key=within.logs_key,
        )
        self.role = self._role(code.description, str(logs.arn))
        within.dead_letters.grant_send(self.role)
        # Lambda decrypts the environment under the function's role. It has a grant for it of whoever deploys, which a role
        # that is made anew loses (source: hashicorp/terraform-provider-aws, issue 9703): so the key's policy says it too.
        within.key.grant_decrypt(
            f"{as_sid(id)}Function",
            self.role.arn,
            context={"aws:lambda:FunctionArn": self._function_arn},
        )
        package = build(
            source=PROJECT / "functions" / code.folder,
            requirements=code.requirements,
            lock=PROJECT / "Pipfile.lock",
            destination=PROJECT / ".holdfast" / "packages" / f"{code.folder}.zip",
        )
        asset = TerraformAsset(self, "package", path=str(package.path), type=AssetType.FILE)
        self._function = LambdaFunction(
            self,
            "function",
            function_name=self.function_name,
            description=code.description,
            role=self.role.arn,
            runtime="python3.12",
            architectures=["arm64"],
            handler=code.handler,
            filename=asset.path,
            source_code_hash=package.base64sha256,
            timeout=code.timeout_seconds,
            memory_size=MEMORY_MB,
            reserved_concurrent_executions=within.reserved_concurrency,
            kms_key_arn=within.key.arn,
            environment={"variables": dict(code.environment)},
            vpc_config={
                "subnet_ids": list(within.network.subnet_ids("database").values()),
                "security_group_ids": [self.security_group.id],
            },
            dead_letter_config={"target_arn": within.dead_letters.arn},
            tracing_config={"mode": "Active"},
            logging_config={"log_format": "JSON", "log_group": str(logs.name)},
            depends_on=list(self.role.policies),
        )
        self.arn = str(self._function.arn)

    def allow_invocation(self, id: str, *, service: str, source_arn: str, sends_account: bool = True) -> None:
        """Let an AWS service call the function, for one resource of this account.

        Args:
            id: construct id of the permission.
            service: the service's principal.
            source_arn: the resource on whose behalf it calls.
            sends_account: whether it names the account beside the resource; a condition on what it does not send
                would refuse every call.
        """
        self.ready.append(
            LambdaPermission(
                self,
                id,
                function_name=str(self._function.function_name),
                action="lambda:InvokeFunction",
                principal=service,
                source_account=self._account.id if sends_account else None,
                source_arn=source_arn,
            )
        )

    def metric_dimensions(self) -> Mapping[str, str]:
        """Return the CloudWatch dimensions of the function's metrics in ``AWS/Lambda``."""
        return {"FunctionName": self.function_name}

    def _role(self, description: str, log_group: str) -> Role:
        role = Role(
            self,
            "role",
            name=self.function_name,
            service="lambda.amazonaws.com",
            account=self._account,
            description=description,
        )
        role.add(
            Statement(
                sid="WriteLogs",
                actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                resources=[f"{log_group}:*"],
            ),
            # The ids of the interfaces are not known before; this is the form that Lambda's guide names.
            Statement(
                sid="NetworkInterfaces",
                actions=NETWORK_INTERFACES,
                resources=[self._account.arn("ec2", "*/*")],
            ),
            # These know no resources (source: service authorization reference, EC2 and X-Ray, 2026-11).
            Statement(sid="DescribeNetwork", actions=DESCRIBE_NETWORK),
            Statement(sid="Trace", actions=["xray:PutTelemetryRecords", "xray:PutTraceSegments"]),
            # The service needs the interfaces, the function's own code does not.
            Statement(
                sid="NotFromTheCode",
                effect="Deny",
                actions=[*NETWORK_INTERFACES, *DESCRIBE_NETWORK],
                conditions={"ArnEquals": {"lambda:SourceFunctionArn": self._function_arn}},
            ),
        )
        return role
