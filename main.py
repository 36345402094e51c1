"""Synthesizes the systems: environment file -> checked settings -> stacks -> Terraform JSON."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from modules.lazy_bindings import activate

# jsii warns of Node 20, which cdktf supports, in forty lines at each start.
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
activate()

from cdktf import App, LocalBackend, S3Backend, TerraformStack  # noqa: E402 - made lazy before they are imported

from environments import (  # noqa: E402
    backend,
    connection,
    context,
    guard,
    manifest,
    outdir,
    parsed,
    removal,
    selection,
    systems,
)
from environments.launcher import pasteable  # noqa: E402
from environments.problem import EXIT_CODE, told  # noqa: E402
from stacks.building import builder  # noqa: E402
from stacks.environment import load  # noqa: E402


def main(wanted: Sequence[str] = ()) -> None:
    """Synthesize the environment that ``HOLDFAST_ENVIRONMENT`` names (default: ``dev``).

    Args:
        wanted: names of systems; none for all that the environment has. What lies there of the others stays.

    Raises:
        Problem: when a file says what AWS would refuse, or what holds data is lost.
    """
    name = selection.environment()
    values = context.read()
    environment = load(name, suffix=selection.suffix(values.get))
    removable = os.environ.get(removal.VARIABLE) == "allow"
    chosen = systems.chosen(wanted, blocks=environment.blocks, environment=name)
    recorded = manifest.read(manifest.file(name), systems=wanted)
    # What builds them is imported while node still loads the provider.
    builders = [builder(system, environment, removable=removable) for system in chosen]
    state = backend.read()
    folder = outdir.folder(Path.cwd())
    folder.mkdir(parents=True, exist_ok=True)
    app = App(outdir=str(folder), context=values)
    for build in builders:
        stack = build(app)
        keep_state(stack, state, environment=name, suffix=environment.suffix)
    app.synth()
    if notice := guard.check(folder, name, recorded):
        print(pasteable(notice), file=sys.stderr)
    parsed.remember(selection.file(name))
    connection.forget_other_environments(folder)
    connection.remove_other_environments(
        folder, lambda system: backend.place(state, system, environment=name, suffix=environment.suffix)
    )


def keep_state(
    stack: TerraformStack, settings: backend.Backend | None, *, environment: str, suffix: str
) -> None:
    """Keep the stack's state in the backend of ``backend.tf``; without one, in a file in the working directory."""
    _kind, arguments = backend.place(settings, stack.node.id, environment=environment, suffix=suffix)
    if settings is None:
        LocalBackend(stack, **arguments)
        return
    state = S3Backend(stack, **arguments)
    for argument, value in settings.overrides().items():
        state.add_override(argument, value)


if __name__ == "__main__":
    os.chdir(Path(__file__).parent)  # what is read and written lies here, wherever the command is given
    try:
        main(sys.argv[1:])
    except Exception as error:
        problem = told(error)
        if problem is None:
            raise
        print(pasteable(str(problem)), file=sys.stderr)
        sys.exit(EXIT_CODE)
