"""Where things are in the project: the folders that commands read and write."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from environments import outdir
from environments.problem import Problem

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True)
class Project:
    """One checkout of the project.

    Attributes:
        root: the folder of ``main.py``.
    """

    root: Path = ROOT

    @property
    def work(self) -> Path:
        """Working files, ignored by git: logs, the local AWS, Terraform's configuration."""
        return self.root / ".holdfast"

    @property
    def logs(self) -> Path:
        """Complete logs of what commands run."""
        return self.work / "logs"

    @property
    def plans(self) -> Path:
        """Plans that wait to be reviewed or applied; secret, as Terraform's state is."""
        return self.work / "plans"

    @property
    def output(self) -> Path:
        """Where synthesis writes.

        Raises:
            Problem: ``CDKTF_OUTDIR`` names the project itself.
        """
        return outdir.folder(self.root)

    @property
    def backend(self) -> Path:
        """The state backend's file."""
        return self.root / "backend.tf"

    @property
    def flat_outputs(self) -> Path:
        """The outputs of what is deployed, as one flat JSON object."""
        return self.root / "cfn-outputs" / "flat-outputs.json"

    def plan_file(self, stack: str) -> Path:
        """Where this process saves its plan of a stack: what somebody approves must be no other command's plan."""
        return self.plans / f"{stack}.{os.getpid()}.tfplan"

    def stack(self, name: str) -> Path:
        """The Terraform folder of a synthesized stack.

        Raises:
            Problem: no stack of this name has been synthesized.
        """
        folder = self.output / "stacks" / name
        if not (folder / "cdk.tf.json").is_file():
            raise Problem(
                "there is no such system",
                given=name,
                allowed=", ".join(self.stacks()) or "nothing is synthesized",
                fix="name one of them",
            )
        return folder

    def stacks(self) -> list[str]:
        """The names of the stacks of the last synthesis; folders of older ones may be there too."""
        manifest = self.output / "manifest.json"
        if manifest.is_file():
            return sorted(json.loads(manifest.read_text(encoding="utf-8"))["stacks"])
        return sorted(path.parent.name for path in self.output.glob("stacks/*/cdk.tf.json"))
