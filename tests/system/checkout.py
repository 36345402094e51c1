"""A copy of the project's files, as a fresh clone has them, with the installed packages linked in."""

from __future__ import annotations

import base64
import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

ROOT = Path(__file__).parents[2]
REGION = "eu-central-2"
STACK = "citizen-data"
DATABASE_HA = "database-ha"
FOLDER = "holdfast-checkout"
"""Name of a copy: the settings of coverage know it."""

BUCKET = "holdfast-state-local"
TIMEOUT_SECONDS = 1800


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass
class Checkout:
    """The copy, and the commands that people run in it."""

    folder: Path
    environment: str
    port: int = field(default_factory=free_port)

    @classmethod
    def make(cls, folder: Path, *, environment: str = "dev") -> Checkout:
        """Copy what git knows or would take, so that a test of a change tests the change."""
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        for name in filter(None, listed.stdout.split("\0")):
            if (ROOT / name).is_file() and not (ROOT / name).is_symlink():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        for installed in (".venv", "node_modules"):
            (folder / installed).symlink_to((ROOT / installed).resolve())
        return cls(folder, environment)

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command in it; standard output and errors are kept."""
        return subprocess.run(
            command,
            cwd=self.folder,
            env={**self.variables(), **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )

    def holdfast(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run ``holdfast``."""
        return self.run(sys.executable, "-m", "operations", *arguments, **variables)

    def in_local_shell(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in a shell that has evaluated what ``holdfast local env`` prints, as the README says."""
        holdfast = shlex.join([sys.executable, "-m", "operations", "local", "env"])
        return self.run("bash", "-c", f'set -e; settings="$({holdfast})"; eval "$settings"; {command}')

    def terraform(self, arguments: str, stack: str = STACK) -> subprocess.CompletedProcess[str]:
        """Run Terraform in the folder of a synthesized system."""
        return self.in_local_shell(f"cd cdktf.out/stacks/{stack} && terraform {arguments}")

    def variables(self) -> dict[str, str]:
        """Nothing of AWS or Terraform from the environment of the tests, except where providers come from."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AWS_", "HOLDFAST_", "CDKTF_")) and name != "ENVIRONMENT_SUFFIX"
        }
        return {
            **kept,
            **_coverage_in(self.folder),
            "HOLDFAST_ENVIRONMENT": self.environment,
            "HOLDFAST_LOCAL_PORT": str(self.port),
            "DISABLE_VERSION_CHECK": "1",
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
        }

    def client(self, service: str, region: str = REGION) -> Any:
        """A client of its local AWS."""
        return boto3.client(  # type: ignore[call-overload]
            service,
            region_name=region,
            endpoint_url=f"http://127.0.0.1:{self.port}",
            aws_access_key_id="local",
            aws_secret_access_key="local",
            config=Config(retries={"total_max_attempts": 2}),
        )

    @property
    def outputs(self) -> dict[str, str]:
        """The flat outputs."""
        text = (self.folder / "cfn-outputs" / "flat-outputs.json").read_text(encoding="utf-8")
        return dict(json.loads(text))

    def write_backend(self) -> None:
        """Fill in the example, as a person does who has a name for the bucket."""
        example = (self.folder / "backend.tf.example").read_text(encoding="utf-8")
        (self.folder / "backend.tf").write_text(
            example.replace("REPLACE-ME-holdfast-state", BUCKET), encoding="utf-8"
        )

    def states(self) -> list[bytes]:
        """Every version of every object in the state bucket."""
        s3 = self.client("s3")
        versions = s3.list_object_versions(Bucket=BUCKET).get("Versions", [])
        return [
            s3.get_object(Bucket=BUCKET, Key=version["Key"], VersionId=version["VersionId"])["Body"].read()
            for version in versions
        ]

    def remove(self) -> None:
        """Stop its local AWS, and its database servers, whatever happened."""
        self.holdfast("local", "reset", "--yes")


def _coverage_in(folder: Path) -> dict[str, str]:
    """The settings by which coverage measures subprocesses, if it does, for the copies of our files."""
    settings = os.environ.get("COVERAGE_PROCESS_CONFIG")
    if settings is None:
        return {}
    fields = json.loads(base64.b64decode(settings))
    fields["source"] = [str(folder / Path(source).relative_to(ROOT)) for source in fields["source"]]
    return {"COVERAGE_PROCESS_CONFIG": base64.b64encode(json.dumps(fields).encode()).decode()}


def succeeded(done: subprocess.CompletedProcess[str]) -> str:
    """What a command printed; it must have ended with 0."""
    assert done.returncode == 0, f"exit code {done.returncode}\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
    return done.stdout
