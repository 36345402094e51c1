"""The project with a small system in the place of ours: its records are a word, and in prod a log group too."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from environments.backend import Backend
from operations.state.creation import bootstrap
from tests.localcloud.server import REGION, Server
from tests.operations.ci import repository
from tests.operations.conftest import new_backend
from tests.system.checkout import FOLDER, Checkout

STACK = "records"
GROUP = "aws_cloudwatch_log_group.records"
KEY = f"arn:aws:kms:{REGION}:123456789012:key/11111111-2222-3333-4444-555555555555"

MAIN = f"""
import json, sys
from pathlib import Path
from environments import backend, guard, manifest, outdir, selection

name = selection.environment()
recorded = manifest.read(manifest.file(name))
system = json.loads((Path("environments") / f"{{name}}.json").read_text())
state = backend.read()
kept = {{"s3": {{**state.settings("{STACK}", environment=name), **state.overrides()}}}} if state else {{"local": {{}}}}
folder = outdir.folder(Path.cwd())
place = folder / "stacks" / "{STACK}"
place.mkdir(parents=True, exist_ok=True)
(place / "cdk.tf.json").write_text(json.dumps({{"terraform": {{"backend": kept}}, **system}}))
made = {{"{STACK}": {{"synthesizedStackPath": "stacks/{STACK}/cdk.tf.json"}}}}
(folder / "manifest.json").write_text(json.dumps({{"stacks": made}}))
if notice := guard.check(folder, name, recorded):
    print(notice, file=sys.stderr)
"""


@dataclass(frozen=True)
class Project:
    """A repository, and what its changes are.

    Attributes:
        folder: the repository.
        aws: the local AWS with the states.
        backend: where the states are.
    """

    folder: Path
    aws: Server
    backend: Backend

    @classmethod
    def make(cls, place: Path, aws: Server, *, group: str) -> Project:
        """A repository whose systems are not deployed, and a bootstrapped backend."""
        made = cls(Checkout.make(place / FOLDER).folder, aws, new_backend())
        for installed in (".venv", "node_modules"):
            (made.folder / installed).unlink()
        for manifest in (made.folder / "environments").glob("*.manifest"):
            manifest.unlink()
        (made.folder / "main.py").write_text(MAIN, encoding="utf-8")
        made.write("dev", "a word")
        made.write("prod", "a word", group=group)
        made.holdfast("manifest", "update")
        repository.begin(made.folder)
        return made

    def bootstrap(self) -> None:
        """Make what keeps the states; the process's own clients talk to the local AWS."""
        bootstrap(self.backend, lambda *_: None)

    def write(
        self, environment: str, word: str, *, group: str | None = None, topic: str | None = None
    ) -> None:
        """What the system of an environment is; a topic has no key, which rules ask for."""
        system: dict[str, Any] = {"resource": {"terraform_data": {"word": {"input": word}}}}
        system["output"] = {
            "word": {"value": "${terraform_data.word.output}"},
            "profile": {"value": "ephemeral" if environment == "dev" else "regulated"},
        }
        if group is not None:
            system["provider"] = {"aws": [{"region": REGION}]}
            system["resource"]["aws_cloudwatch_log_group"] = {
                "records": {"name": group, "retention_in_days": 365, "kms_key_id": KEY}
            }
        if topic is not None:
            system["resource"]["aws_sns_topic"] = {"records": {"name": topic}}
        path = self.folder / "environments" / f"{environment}.json"
        path.write_text(json.dumps(system), encoding="utf-8")

    def break_(self, environment: str) -> None:
        """Describe a system that Terraform cannot plan."""
        path = self.folder / "environments" / f"{environment}.json"
        path.write_text(json.dumps({"resource": {"terraform_nothing": {"word": {}}}}), encoding="utf-8")

    def provider_without_group(self, environment: str, word: str) -> None:
        """The system without its log group, which Terraform then deletes."""
        self.write(environment, word, group="")
        path = self.folder / "environments" / f"{environment}.json"
        system = json.loads(path.read_text(encoding="utf-8"))
        del system["resource"]["aws_cloudwatch_log_group"]
        path.write_text(json.dumps(system), encoding="utf-8")

    def holdfast(self, *arguments: str) -> None:
        """What a person does before the commit."""
        subprocess.run(
            [sys.executable, "-m", "operations", *arguments],
            cwd=self.folder,
            check=True,
            capture_output=True,
        )
        shutil.rmtree(self.folder / ".holdfast", ignore_errors=True)

    def commit(self) -> str:
        """A commit of everything, on whatever branch."""
        return repository.commit(self.folder)

    def branch(self, name: str) -> None:
        """Begin a branch, or go on with it."""
        known = repository.git(self.folder, "branch", "--list", name)
        repository.git(self.folder, "checkout", "--quiet", *([] if known else ["-b"]), name)

    def merge(self, name: str) -> str:
        """Merge a branch into main, as GitHub does: one new commit."""
        self.branch("main")
        repository.git(self.folder, "merge", "--quiet", "--squash", name)
        return self.commit()

    def head(self) -> str:
        return repository.git(self.folder, "rev-parse", "HEAD")

    def backend_file(self) -> str:
        """The content of ``backend.tf``, as the variable of the repository has it."""
        settings = {
            **self.backend.model_dump(exclude={"key_prefix"}, by_alias=True),
            "key": self.backend.key_prefix,
        }
        lines = "\n".join(f"    {name} = {json.dumps(value)}" for name, value in settings.items())
        return f'terraform {{\n  backend "s3" {{\n{lines}\n  }}\n}}'
