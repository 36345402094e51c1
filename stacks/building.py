"""Builds the stack of a system; the modules of the others are not even imported."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from cdktf import TerraformStack

if TYPE_CHECKING:
    from collections.abc import Callable

    from constructs import Construct

    from environments.systems import System
    from stacks.environment import Environment


def stack_of(system: System) -> type[TerraformStack]:
    """The class that builds a system.

    Its modules import the provider's, which takes Python a moment: before the app is made, node uses it to load the
    provider's assembly; afterwards Python waits for that.

    Raises:
        TypeError: it is no stack.
    """
    module, _, name = system.code.rpartition(".")
    found = getattr(import_module(module), name)
    if not (isinstance(found, type) and issubclass(found, TerraformStack)):
        raise TypeError(f"{system.code} is no stack")
    return found


def build(scope: Construct, system: System, environment: Environment, *, removable: bool) -> TerraformStack:
    """Build a system into an app.

    Args:
        scope: the app.
        system: which one.
        environment: what its environment decides.
        removable: lift the protection of a ``regulated`` system, to destroy it.

    Raises:
        TypeError: what builds it is no stack.
    """
    settings = environment if system.block is None else getattr(environment, system.block)
    made: Callable[..., TerraformStack] = stack_of(system)
    return made(scope, environment=settings, removable=removable)
