"""A plan on disk: Terraform's own file, the same as JSON, and a record that keeps the two together."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from environments.problem import Problem

if TYPE_CHECKING:
    from pathlib import Path

    from operations.terraform import Terraform

_PRIVATE = 0o700
_AGAIN = "pipenv run holdfast plan"


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
        self.folder.chmod(_PRIVATE)
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


def _hash(file: Path) -> str:
    with file.open("rb") as content:
        return f"sha256:{hashlib.file_digest(content, 'sha256').hexdigest()}"
