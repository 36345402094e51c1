"""A small deployed system in the local AWS: a real PostgreSQL, two secrets, two functions; without Terraform."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from modules.function.function import PROJECT
from modules.lambda_package import build
from operations import console
from operations.deployed import Deployed
from tests.localcloud.server import REGION, Server, free_port

ACCOUNT = "123456789012"
MASTER_PASSWORD = "first-password-of-the-master"


class System:
    """The system, and what tests do to it."""

    def __init__(self, aws: Server, package: bytes) -> None:
        self.aws = aws
        self._package = package
        self._client = aws.client("secretsmanager")
        self._suffix = uuid.uuid4().hex[:8]
        self.database = f"db-{self._suffix}"
        self.endpoint = self._database()
        self.master = self._secret("master", {"username": "citizen_admin", "password": MASTER_PASSWORD})
        self.application = self._secret(
            "application",
            {
                "username": "citizen_app",
                "password": "opens-nothing",
                "host": self.endpoint["Address"],
                "port": self.endpoint["Port"],
            },
        )
        self._rotation(self.master, ROTATION_STRATEGY="single-user")
        self._rotation(
            self.application, ROTATION_STRATEGY="alternating-users", ADMINISTRATOR_SECRET_ARN=self.master
        )

    @staticmethod
    def package(folder: Path) -> bytes:
        """The zip of the rotation function."""
        source = PROJECT / "functions" / "rotation"
        lock, destination = PROJECT / "Pipfile.lock", folder / "rotation.zip"
        return build(
            source=source, requirements=["pg8000"], lock=lock, destination=destination
        ).path.read_bytes()

    @property
    def deployed(self) -> Deployed:
        """What Terraform's outputs would say."""
        return Deployed(region=REGION, secrets=(self.master, self.application), database=self.database)

    def enter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Make clients of this process talk to the local AWS."""
        monkeypatch.setenv("AWS_ENDPOINT_URL", self.aws.endpoint)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
        monkeypatch.setenv("HOLDFAST_LOCAL_PORT", self.aws.endpoint.rpartition(":")[2])
        monkeypatch.setenv("HOLDFAST_LOCAL_DIR", str(self.aws.directory))
        for width in (console.OUT, console.ERR):
            monkeypatch.setattr(width, "width", 1000)

    def labels(self, secret: str) -> dict[str, str]:
        """Label to version."""
        described = self._client.describe_secret(SecretId=secret)
        return {
            label: version for version, labels in described["VersionIdsToStages"].items() for label in labels
        }

    def value(self, secret: str, label: str = "AWSCURRENT") -> dict[str, Any]:
        """The entry with a label."""
        text = self._client.get_secret_value(SecretId=secret, VersionStage=label)["SecretString"]
        return dict(json.loads(text))

    def put(self, secret: str, value: str, label: str) -> None:
        """Store a version by hand."""
        self._client.put_secret_value(SecretId=secret, SecretString=value, VersionStages=[label])

    def name(self, secret: str) -> str:
        """Name of a secret."""
        return str(self._client.describe_secret(SecretId=secret)["Name"])

    def passwords(self) -> set[str]:
        """Every password that the secrets have or had."""
        texts = [
            self._client.get_secret_value(SecretId=secret, VersionId=version["VersionId"])["SecretString"]
            for secret in (self.master, self.application)
            for version in self._client.list_secret_version_ids(SecretId=secret, IncludeDeprecated=True)[
                "Versions"
            ]
            if version.get("VersionStages") != ["AWSPENDING"]
        ]
        return {json.loads(text)["password"] for text in texts}

    @contextmanager
    def master_password_changed_by_hand(self) -> Iterator[None]:
        """As somebody does in the console who does not know of the rotation, and takes back afterwards."""
        rds = self.aws.client("rds")
        before = self.value(self.master)["password"]
        rds.modify_db_instance(DBInstanceIdentifier=self.database, MasterUserPassword="set-by-hand-in-rds")
        try:
            yield
        finally:
            rds.modify_db_instance(DBInstanceIdentifier=self.database, MasterUserPassword=before)

    @contextmanager
    def database_stopped(self) -> Iterator[None]:
        """Nobody answers at its address."""
        rds = self.aws.client("rds")
        rds.stop_db_instance(DBInstanceIdentifier=self.database)
        try:
            yield
        finally:
            rds.start_db_instance(DBInstanceIdentifier=self.database)

    def secret_with(self, code: str, *, timeout: int = 20) -> str:
        """A secret whose function is another one; its ARN."""
        secret = self._secret(uuid.uuid4().hex[:8], {"username": "u", "password": "p"})
        self._rotation(secret, code=code, timeout=timeout)
        return secret

    def secret_without_rotation(self) -> str:
        """Its ARN."""
        return self._secret(uuid.uuid4().hex[:8], {"username": "u", "password": "p"})

    def remove(self) -> None:
        """Stop the database."""
        self.aws.client("rds").delete_db_instance(DBInstanceIdentifier=self.database, SkipFinalSnapshot=True)

    def _database(self) -> dict[str, Any]:
        rds = self.aws.client("rds")
        rds.create_db_instance(
            DBInstanceIdentifier=self.database,
            DBInstanceClass="db.t3.micro",
            Engine="postgres",
            EngineVersion="16.4",
            AllocatedStorage=20,
            DBName="citizens",
            MasterUsername="citizen_admin",
            MasterUserPassword=MASTER_PASSWORD,
            Port=free_port(),
        )
        (made,) = rds.describe_db_instances(DBInstanceIdentifier=self.database)["DBInstances"]
        return dict(made["Endpoint"])

    def _secret(self, what: str, fields: dict[str, Any]) -> str:
        value = {"engine": "postgres", "dbname": "citizens", **fields}
        return str(
            self._client.create_secret(Name=f"{what}-{self._suffix}", SecretString=json.dumps(value))["ARN"]
        )

    def _rotation(
        self, secret: str, *, code: str | None = None, timeout: int = 60, **environment: str
    ) -> None:
        from tests.localcloud.test_awslambda import package as zipped

        functions, name = self.aws.client("lambda"), f"f-{uuid.uuid4().hex[:8]}"
        role = self._role(name)
        functions.create_function(
            FunctionName=name,
            Role=role,
            Runtime="python3.12",
            Handler="app.handler" if code else "rotation.handler.handler",
            Code={"ZipFile": zipped(code) if code else self._package},
            Timeout=timeout,
            LoggingConfig={"LogFormat": "JSON", "LogGroup": f"/rotation/{name}"},
            Environment={
                "Variables": {
                    "DATABASE_HOST": self.endpoint["Address"],
                    "DATABASE_PORT": str(self.endpoint["Port"]),
                    "DATABASE_NAME": "citizens",
                    **environment,
                }
            },
        )
        functions.add_permission(
            FunctionName=name,
            StatementId="rotation",
            Action="lambda:InvokeFunction",
            Principal="secretsmanager.amazonaws.com",
            SourceAccount=ACCOUNT,
            SourceArn=secret,
        )
        # As the module does it, but nothing is called yet: tests begin each rotation themselves.
        rules = {"AutomaticallyAfterDays": 30}
        self._client.rotate_secret(
            SecretId=secret,
            RotationLambdaARN=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}",
            RotationRules=rules,
            RotateImmediately=False,
        )
        until(lambda: "AWSPENDING" not in self.labels(secret))

    def _role(self, name: str) -> str:
        trust = {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "lambda.amazonaws.com"},
        }
        created = self.aws.client("iam").create_role(
            RoleName=name, AssumeRolePolicyDocument=json.dumps({"Statement": [trust]})
        )
        return str(created["Role"]["Arn"])


def sleeping(seconds: int) -> str:
    """Code of a function that takes its time for the first step, and does nothing."""
    return (
        "import time\n"
        "def handler(event, context):\n"
        f"    time.sleep({seconds} if event['Step'] == 'createSecret' else 0)\n"
    )


def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    from tests.localcloud.test_secretsmanager import eventually

    eventually(condition)
