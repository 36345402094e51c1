"""Reads synthesized Terraform in the words of its reader: resources by type, or by the construct that made them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cdktf import App, TerraformStack

Resource = dict[str, Any]


class Template:
    """The Terraform JSON of one stack."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document

    @classmethod
    def of(cls, build: Callable[[TerraformStack], object], *, name: str = "test") -> Template:
        """Synthesize a stack that ``build`` fills."""

        def fill(app: App) -> None:
            build(TerraformStack(app, name))

        return cls.synthesized(fill, name=name)

    @classmethod
    def synthesized(cls, build: Callable[[App], object], *, name: str) -> Template:
        """Synthesize an app that ``build`` fills, as ``python main.py`` does, and read one of its stacks."""
        with tempfile.TemporaryDirectory() as outdir:
            # cdktf's Testing.synth leaves out the paths of constructs, by which the tests find resources.
            app = App(outdir=outdir)
            build(app)
            app.synth()
            return cls.read(Path(outdir) / "stacks" / name / "cdk.tf.json")

    @classmethod
    def read(cls, path: Path) -> Template:
        """Read a synthesized stack."""
        return cls(json.loads(path.read_text(encoding="utf-8")))

    def everything(self) -> Iterator[tuple[str, Resource]]:
        """Every resource with its type."""
        for kind, resources in self.document.get("resource", {}).items():
            for resource in resources.values():
                yield kind, resource

    def all(self, kind: str) -> list[Resource]:
        """The resources of a type, in the order of their constructs' paths."""
        found = self.document.get("resource", {}).get(kind, {}).values()
        return sorted(found, key=lambda resource: str(resource["//"]["metadata"]["path"]))

    def one(self, kind: str, path: str = "") -> Resource:
        """The only resource of a type whose construct path ends with ``path``."""
        found = [resource for resource in self.all(kind) if resource["//"]["metadata"]["path"].endswith(path)]
        assert len(found) == 1, f"{len(found)} {kind} at {path!r}: {self.paths(kind)}"
        return found[0]

    def paths(self, kind: str) -> list[str]:
        """Construct paths of the resources of a type."""
        return [resource["//"]["metadata"]["path"] for resource in self.all(kind)]

    def address(self, kind: str, path: str) -> str:
        """Terraform address of the only resource of a type whose construct path ends with ``path``."""
        found = [
            name
            for name, resource in self.document["resource"][kind].items()
            if resource["//"]["metadata"]["path"].endswith(path)
        ]
        assert len(found) == 1
        return f"{kind}.{found[0]}"


def statements(policy: str) -> dict[str, dict[str, Any]]:
    """The statements of a policy document, by Sid."""
    return {statement["Sid"]: statement for statement in json.loads(policy)["Statement"]}
