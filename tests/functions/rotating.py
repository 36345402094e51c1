"""A secret in moto, moved through a rotation as Secrets Manager does it."""

from __future__ import annotations

import json
import os
import time
import uuid
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.secretsmanager.models import secretsmanager_backends

from functions.rotation.handler import handler

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

REGION = "eu-central-2"
NAME = "dr-db-credentials-test"
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


class Context:
    """What Lambda hands to the function.

    Args:
        seconds: until it would stop the function.
    """

    aws_request_id = "request-of-the-tests"

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._end - time.monotonic()) * 1000))


class RotatingSecret:
    """The secret, what it holds, and the calls of its rotation.

    Args:
        client: of moto's Secrets Manager.
        value: the first version.
        name: of the secret.
        environment: of its rotation function.
    """

    def __init__(
        self,
        client: SecretsManagerClient,
        value: dict[str, Any],
        name: str = NAME,
        environment: dict[str, str] | None = None,
    ) -> None:
        self.client = client
        self.name = name
        self.environment = environment or {}
        self.arn = client.create_secret(Name=name, SecretString=json.dumps(value))["ARN"]

    def begin(self) -> str:
        """Start a rotation: Secrets Manager moves AWSPENDING to a new version without a value.

        moto does this in RotateSecret, together with steps of its own that AWS does not take.
        """
        token = str(uuid.uuid4())
        stored = secretsmanager_backends[DEFAULT_ACCOUNT_ID][REGION].secrets[self.name]
        for version in stored.versions.values():
            version["version_stages"] = [
                stage for stage in version["version_stages"] if stage != "AWSPENDING"
            ]
        stored.versions[token] = {"createdate": 0, "version_id": token, "version_stages": ["AWSPENDING"]}
        return token

    def step(self, step: str, token: str, context: object = None) -> None:
        """Call the function for one step."""
        with patch.dict(os.environ, self.environment):
            handler({"SecretId": self.arn, "ClientRequestToken": token, "Step": step}, context)

    def rotate(self, token: str | None = None, steps: tuple[str, ...] = STEPS) -> None:
        """Call the function for each step, of a new rotation unless the token of one is given."""
        token = token or self.begin()
        for step in steps:
            self.step(step, token)

    def value(self, stage: str = "AWSCURRENT") -> dict[str, Any]:
        """The entry with a staging label."""
        text = self.client.get_secret_value(SecretId=self.arn, VersionStage=stage)["SecretString"]
        return dict(json.loads(text))

    def put(self, value: dict[str, Any] | str, stage: str, token: str | None = None) -> str:
        """Store a version by hand."""
        text = value if isinstance(value, str) else json.dumps(value)
        return self.client.put_secret_value(
            SecretId=self.arn,
            SecretString=text,
            VersionStages=[stage],
            ClientRequestToken=token or str(uuid.uuid4()),
        )["VersionId"]

    def stages(self) -> dict[str, list[str]]:
        """Labels of each version."""
        return dict(self.client.describe_secret(SecretId=self.arn)["VersionIdsToStages"])
