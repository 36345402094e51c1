"""A plan on disk: Terraform's own file, the same as JSON, and a record that keeps the two together."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from environments.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from operations.terraform import Terraform

CONFIGURATION = "cdk.tf.json"
"""The configuration that synthesis writes."""

PRIVATE = 0o700
"""Mode of a folder that others do not get into."""

_AGAIN = "pipenv run holdfast plan"
_PLANNED_FROM = f"tfconfig/m-/{CONFIGURATION}"
"""Where in its own file Terraform keeps the root module that it planned."""


@dataclass(frozen=True, kw_only=True)
class SavedPlan:
    """A folder with one plan. All of it is secret: both files have every value in them.

    Attributes:
        folder: the folder.
    """

    folder: Path

    @property
    def plan(self) -> Path:
        """What ``terraform apply`` takes."""
        return self.folder / "plan.tfplan"

    @property
    def json(self) -> Path:
        """What ``holdfast review`` takes."""
        return self.folder / "plan.json"

    @property
    def record(self) -> Path:
        """What the plan is of, and the hashes of its files."""
        return self.folder / "plan.record.json"

    @property
    def files(self) -> tuple[Path, ...]:
        """All that there is of a plan."""
        return self.plan, self.json, self.record

    def make(self, terraform: Terraform, *, stack: str, environment: str) -> None:
        """Plan, and save all of it or nothing.

        Args:
            terraform: Terraform in the folder of the stack.
            stack: name of the system.
            environment: name of the environment.

        Raises:
            Failed: Terraform failed.
        """
        # Terraform saves a plan too when planning breaks off; an old one must not stay either.
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.folder.chmod(PRIVATE)
        try:
            terraform.plan(self.plan)
            self.json.write_text(terraform.show_text(self.plan), encoding="utf-8")
            record = {
                "stack": stack,
                "environment": environment,
                "made": datetime.now(UTC).isoformat(timespec="seconds"),
                "files": {file.name: _hash(file) for file in (self.plan, self.json)},
            }
            self.record.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def check(self) -> dict[str, Any]:
        """Make sure that the files are those that belong together.

        Returns:
            The record.

        Raises:
            Problem: there is no whole record, or a file is missing or another one.
        """
        try:
            record: dict[str, Any] = json.loads(self.record.read_text(encoding="utf-8"))
            hashes = {self.folder / name: str(hash_) for name, hash_ in record["files"].items()}
        except FileNotFoundError:
            raise Problem(f"{self.folder}: there is no plan", fix=_AGAIN) from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise Problem(f"{self.record}: is no record of a plan", fix=_AGAIN) from None
        for file in (self.plan, self.json):
            if not file.is_file():
                raise Problem(f"{file}: there is no such file", fix=_AGAIN)
            if hashes.get(file) != _hash(file):
                raise Problem(f"{file}: is not the file that was planned", fix=_AGAIN)
        return record

    def check_current(self, *, stack: str, environment: str, configuration: Path) -> None:
        """Make sure that the plan is of a system as it is synthesized now.

        Asked is the plan itself: Terraform keeps in it what it planned, and applies that.

        Args:
            stack: name of the system.
            environment: name of the environment.
            configuration: the synthesized ``cdk.tf.json``.

        Raises:
            Problem: it is of another system or environment, of other code or settings, or see `check`.
        """
        record = self.check()
        again = f"{_AGAIN} {stack} --environment {environment}, and have it reviewed"
        given = f"{record.get('stack')} in {record.get('environment')}"
        if given != f"{stack} in {environment}":
            raise Problem(
                f"{self.folder}: is the plan of another system or environment",
                given=given,
                allowed=f"{stack} in {environment}",
                fix=again,
            )
        if self._planned_from() != configuration.read_bytes():
            raise Problem(
                f"{self.folder}: the plan is stale: code or settings of {stack} are not those that were planned",
                fix=again,
            )

    def _planned_from(self) -> bytes:
        try:
            with zipfile.ZipFile(self.plan) as content:
                return content.read(_PLANNED_FROM)
        except (zipfile.BadZipFile, KeyError):
            raise Problem(f"{self.plan}: does not say what it was planned from", fix=_AGAIN) from None


def of_environment(plans: Path, environment: str) -> Iterator[tuple[str, SavedPlan]]:
    """The plans of an environment that ``holdfast plan`` left, each with the name of its system.

    Args:
        plans: the folder that has them.
        environment: name of the environment.

    Raises:
        Problem: there is none, or one is of another environment or not whole.
    """
    folders = sorted(path.parent for path in plans.glob("*/plan.json"))
    if not folders:
        raise Problem(f"there is no plan of {environment}", fix=_AGAIN)
    for folder in folders:
        saved = SavedPlan(folder=folder)
        record = saved.check()
        if record["environment"] != environment:
            raise Problem(
                f"{folder}: is a plan of another environment",
                given=record["environment"],
                allowed=environment,
            )
        yield str(record["stack"]), saved


def _hash(file: Path) -> str:
    with file.open("rb") as content:
        return f"sha256:{hashlib.file_digest(content, 'sha256').hexdigest()}"
