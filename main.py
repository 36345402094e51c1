"""Synthesizes the systems: environment file -> checked settings -> stacks -> Terraform JSON."""

from __future__ import annotations

import os
import sys
from typing import Any

from modules.lazy_bindings import activate

# jsii warns of Node 20, which cdktf supports, in forty lines at each start.
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
activate()

from cdktf import App, S3Backend, TerraformStack  # noqa: E402 - the bindings are made lazy before they are imported

from environments import backend  # noqa: E402
from environments.problem import EXIT_CODE, Problem  # noqa: E402
from stacks.citizen_data import CitizenData  # noqa: E402
from stacks.environment import chosen_suffix, load  # noqa: E402

DEFAULT_ENVIRONMENT = "dev"


def main() -> None:
    """Synthesize every system of the environment that ``HOLDFAST_ENVIRONMENT`` names (default: ``dev``).

    Raises:
        Problem: when a file says what AWS would refuse.
    """
    app = App()
    name = os.environ.get("HOLDFAST_ENVIRONMENT") or DEFAULT_ENVIRONMENT
    environment = load(name, suffix=chosen_suffix(app.node.try_get_context))
    removable = os.environ.get("HOLDFAST_REMOVAL") == "allow"
    for stack in (CitizenData(app, environment=environment, removable=removable),):
        keep_state(stack, environment=name, suffix=environment.suffix)
    app.synth()


def keep_state(stack: TerraformStack, *, environment: str, suffix: str) -> None:
    """Keep the stack's state where ``backend.tf`` says; without the file it stays local."""
    settings = backend.read()
    if settings is None:
        return
    arguments: dict[str, Any] = settings.settings(stack.node.id, environment=environment, suffix=suffix)
    state = S3Backend(stack, **arguments)
    for argument, value in settings.overrides().items():
        state.add_override(argument, value)


if __name__ == "__main__":
    try:
        main()
    except Problem as problem:
        print(problem, file=sys.stderr)
        sys.exit(EXIT_CODE)
