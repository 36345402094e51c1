"""Automatic rotation of the database's credentials by a Lambda function of our own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cdktf import AssetType, TerraformAsset
from cdktf_cdktf_provider_aws.lambda_function import LambdaFunction
from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission
from cdktf_cdktf_provider_aws.secretsmanager_secret_rotation import SecretsmanagerSecretRotation
from constructs import Construct

from modules.aws.account import Account
from modules.aws.log_group import encrypted_log_group
from modules.aws.policy import Statement
from modules.aws.role import Role
from modules.credentials.credentials import Credentials
from modules.credentials.settings import CredentialsSettings
from modules.database.database import Database
from modules.keys.key import IKey
from modules.lambda_package import build
from modules.monitoring.topic import Topic
from modules.network.network import INetwork

PROJECT = Path(__file__).parent.parent.parent
TIMEOUT_SECONDS = 60
MEMORY_MB = 256


class Rotation(Construct):
    """The rotation function in the isolated tier, and the schedule that calls it.

    Args:
        scope: parent construct.
        id: construct id.
        name: makes a resource's name from what it is.
        account: the account it belongs to.
        network: where the function runs; it reaches Secrets Manager through an endpoint there.
        credentials: what is rotated.
        database: where the password is changed.
        settings: how often.
        key: key of the function's environment.
        logs_key: key of its logs.
        failures: where a failed rotation is reported.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: Callable[[str], str],
        account: Account,
        network: INetwork,
        credentials: Credentials,
        database: Database,
        settings: CredentialsSettings,
        key: IKey,
        logs_key: IKey,
        failures: Topic,
    ) -> None:
        super().__init__(scope, id)
        self.function_name = name("db-rotation")
        self.security_group = network.security_group(
            "rotation-security-group",
            name=name("rotation"),
            description="Rotation of database credentials",
        )
        database.allow_from(self.security_group, "Rotation changes the password")
        network.allow_endpoints_from(self.security_group, "Rotation calls AWS services")
        logs = encrypted_log_group(
            self,
            "logs",
            name=f"/aws/lambda/{self.function_name}",
            retention_days=settings.log_retention_days,
            key=logs_key,
        )
        role = self._role(name, account, str(logs.arn), credentials, failures)
        key.grant_decrypt("RotationFunction", role.arn)
        package = build(
            source=PROJECT / "functions" / "rotation",
            requirements=["pg8000"],
            lock=PROJECT / "Pipfile.lock",
            destination=PROJECT / ".holdfast" / "packages" / "rotation.zip",
        )
        asset = TerraformAsset(self, "package", path=str(package.path), type=AssetType.FILE)
        function = LambdaFunction(
            self,
            "function",
            function_name=self.function_name,
            description="Rotates the database's credentials in four steps",
            role=role.arn,
            runtime="python3.12",
            architectures=["arm64"],
            handler="rotation.handler.handler",
            filename=asset.path,
            source_code_hash=package.base64sha256,
            timeout=TIMEOUT_SECONDS,
            memory_size=MEMORY_MB,
            kms_key_arn=key.arn,
            environment={
                "variables": {
                    # For an entry that does not name them: it may be older than the database.
                    "DATABASE_HOST": database.address,
                    "DATABASE_NAME": database.name,
                    "DATABASE_PORT": str(database.port),
                }
            },
            vpc_config={
                "subnet_ids": list(network.subnet_ids("database").values()),
                "security_group_ids": [self.security_group.id],
            },
            dead_letter_config={"target_arn": failures.arn},
            tracing_config={"mode": "Active"},
            logging_config={"log_format": "JSON", "log_group": str(logs.name)},
            depends_on=list(role.policies),
        )
        permission = LambdaPermission(
            self,
            "secrets-manager-invokes",
            function_name=str(function.function_name),
            action="lambda:InvokeFunction",
            principal="secretsmanager.amazonaws.com",
            source_account=account.id,
            source_arn=credentials.arn,
        )
        SecretsmanagerSecretRotation(
            self,
            "schedule",
            secret_id=credentials.arn,
            rotation_lambda_arn=str(function.arn),
            rotation_rules={"automatically_after_days": settings.rotation_days},
            # The first rotation comes with the schedule, not in the middle of the deployment that makes its network.
            rotate_immediately=False,
            depends_on=[permission, credentials.ready],
        )

    def _role(
        self,
        name: Callable[[str], str],
        account: Account,
        log_group: str,
        credentials: Credentials,
        failures: Topic,
    ) -> Role:
        role = Role(
            self,
            "role",
            name=name("db-rotation"),
            service="lambda.amazonaws.com",
            account=account,
            description="Rotates the database's credentials",
        )
        role.add(
            Statement(
                sid="WriteLogs",
                actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                resources=[f"{log_group}:*"],
            ),
            # Neither action knows resources (source: service authorization reference, EC2 and X-Ray, 2026-11).
            Statement(
                sid="NetworkInterfaces",
                actions=[
                    "ec2:AssignPrivateIpAddresses",
                    "ec2:CreateNetworkInterface",
                    "ec2:DeleteNetworkInterface",
                    "ec2:DescribeNetworkInterfaces",
                    "ec2:DescribeSubnets",
                    "ec2:UnassignPrivateIpAddresses",
                ],
            ),
            Statement(sid="Trace", actions=["xray:PutTelemetryRecords", "xray:PutTraceSegments"]),
        )
        credentials.grant_rotate(role)
        failures.grant_publish(role)
        return role
