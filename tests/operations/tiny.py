"""A project with a system of a resource or two: plans of a second, not of minutes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from environments.backend import Backend
from operations.project import Project

ROOT = Path(__file__).parents[2]
STACK = "tiny"
REMOVABLE = "removable.json"

_READ = f"""
import json, os, sys
from pathlib import Path

here = Path(__file__).parent
environment = os.environ.get("HOLDFAST_ENVIRONMENT") or "dev"
removable = os.environ.get("HOLDFAST_REMOVAL") == "allow" and (here / "{REMOVABLE}").is_file()
system = json.loads((here / ("{REMOVABLE}" if removable else "system.json")).read_text())
"""

_PLAIN = f"""{_READ}
folder = here / "cdktf.out" / "stacks" / "{STACK}"
folder.mkdir(parents=True, exist_ok=True)
state = {{"backend": {{"local": {{"path": str(here / "{STACK}.tfstate")}}}}}}
(folder / "cdk.tf.json").write_text(json.dumps({{"terraform": state, **system}}))
"""

_KEPT = f"""{_READ}
sys.path.insert(0, {str(ROOT)!r})
from main import keep_state
from cdktf import App, TerraformStack
from environments import backend, connection, outdir

app = App(outdir=str(outdir.folder(here)))
stack = TerraformStack(app, "{STACK}")
for kind, blocks in system.items():
    stack.add_override(kind, blocks)
keep_state(stack, backend.read(), environment=environment, suffix=environment)
app.synth()
connection.forget_other_environments(outdir.folder(here))
"""

WORD: dict[str, Any] = {
    "resource": {"terraform_data": {"it": {"input": "a word"}}},
    "output": {"word": {"value": "${terraform_data.it.output}"}},
}
"""A system that needs no provider."""


@dataclass(frozen=True)
class Tiny:
    """The project in a folder of its own."""

    root: Path

    @classmethod
    def make(cls, root: Path) -> Tiny:
        """A project that synthesizes at once, with its state in a file."""
        made = cls(root)
        (root / "main.py").write_text(_PLAIN, encoding="utf-8")
        made.write(WORD)
        for environment in ("dev", "prod"):
            path = root / "environments" / f"{environment}.tfvars"
            path.parent.mkdir(exist_ok=True)
            path.write_text(f'suffix = "{environment}"\n', encoding="utf-8")
        return made

    def keep_states_as_ours(self) -> None:
        """Synthesize with cdktf from now on, and keep states where our own ``main.py`` does."""
        (self.root / "main.py").write_text(_KEPT, encoding="utf-8")

    @property
    def project(self) -> Project:
        return Project(root=self.root)

    def write(self, system: dict[str, Any], *, removable: dict[str, Any] | None = None) -> None:
        """Change the system; and what it is when its protection is to be lifted."""
        (self.root / "system.json").write_text(json.dumps(system), encoding="utf-8")
        if removable is not None:
            (self.root / REMOVABLE).write_text(json.dumps(removable), encoding="utf-8")

    def keep_states_in(self, backend: Backend) -> None:
        """Write ``backend.tf``."""
        settings = {
            **backend.model_dump(exclude={"key_prefix"}, by_alias=True),
            "key": backend.key_prefix,
        }
        lines = "\n".join(f"    {name} = {json.dumps(value)}" for name, value in settings.items())
        self.project.backend.write_text(f'terraform {{\n  backend "s3" {{\n{lines}\n  }}\n}}\n')
