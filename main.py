"""Synthesizes the systems: environment file -> checked settings -> stacks -> Terraform JSON."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from modules.lazy_bindings import activate

# jsii warns of Node 20, which cdktf supports, in forty lines at each start.
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
activate()

from cdktf import App, LocalBackend, S3Backend, TerraformStack  # noqa: E402 - made lazy before they are imported

from environments import backend, connection, context, guard, manifest, outdir, selection  # noqa: E402
from environments.problem import EXIT_CODE, told  # noqa: E402
from stacks.citizen_data import CitizenData  # noqa: E402
from stacks.environment import load  # noqa: E402


def main() -> None:
    """Synthesize every system of the environment that ``HOLDFAST_ENVIRONMENT`` names (default: ``dev``).

    Raises:
        Problem: when a file says what AWS would refuse, or what holds data is lost.
    """
    name = selection.environment()
    values = context.read()
    environment = load(name, suffix=selection.suffix(values.get))
    removable = os.environ.get("HOLDFAST_REMOVAL") == "allow"
    recorded = manifest.read(manifest.file(name))
    state = backend.read()
    folder = outdir.folder(Path.cwd())
    folder.mkdir(parents=True, exist_ok=True)
    app = App(outdir=str(folder), context=values)
    for stack in (CitizenData(app, environment=environment, removable=removable),):
        keep_state(stack, state, environment=name, suffix=environment.suffix)
    app.synth()
    if notice := guard.check(folder, name, recorded):
        print(notice, file=sys.stderr)
    connection.forget_other_environments(folder)


def keep_state(
    stack: TerraformStack, settings: backend.Backend | None, *, environment: str, suffix: str
) -> None:
    """Keep the stack's state in the backend of ``backend.tf``; without one, in a file in the working directory."""
    if settings is None:
        # Not cdktf's own name for it: that is the same one for all environments.
        LocalBackend(stack, path=str(Path.cwd() / f"{environment}.{suffix}.{stack.node.id}.tfstate"))
        return
    arguments: dict[str, Any] = settings.settings(stack.node.id, environment=environment, suffix=suffix)
    state = S3Backend(stack, **arguments)
    for argument, value in settings.overrides().items():
        state.add_override(argument, value)


if __name__ == "__main__":
    os.chdir(Path(__file__).parent)  # what is read and written lies here, wherever the command is given
    try:
        main()
    except Exception as error:
        problem = told(error)
        if problem is None:
            raise
        print(problem, file=sys.stderr)
        sys.exit(EXIT_CODE)
