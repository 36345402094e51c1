"""Builds the stack of a system; the modules of the others are not even imported."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from cdktf import TerraformStack

if TYPE_CHECKING:
    from constructs import Construct

    from environments.systems import System
    from stacks.environment import Environment


def build(scope: Construct, system: System, environment: Environment, *, removable: bool) -> TerraformStack:
    """Build a system into an app.

    Args:
        scope: the app.
        system: which one.
        environment: what its environment decides.
        removable: lift the protection of a ``regulated`` system, to destroy it.
    """
    module, _, name = system.code.rpartition(".")
    settings = environment if system.block is None else getattr(environment, system.block)
    built = getattr(import_module(module), name)(scope, environment=settings, removable=removable)
    if not isinstance(built, TerraformStack):
        raise TypeError(f"{system.code} is no stack")
    return built
