"""Builds the stack of a system; the modules of the others are not even imported."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from cdktf import TerraformStack

if TYPE_CHECKING:
    from collections.abc import Callable

    from constructs import Construct

    from environments.systems import System
    from stacks.environment import Environment


def builder(
    system: System, environment: Environment, *, removable: bool
) -> Callable[[Construct], TerraformStack]:
    """Import what builds a system; called with the app, it does.

    Its modules import the provider's, which takes Python a moment: before the app is made, node uses it to load the
    provider's assembly; afterwards Python waits for that.

    Args:
        system: which one.
        environment: what its environment decides.
        removable: lift the protection of a ``regulated`` system, to destroy it.

    Raises:
        TypeError: what builds it is no stack.
    """
    module, _, name = system.code.rpartition(".")
    found = getattr(import_module(module), name)
    if not (isinstance(found, type) and issubclass(found, TerraformStack)):
        raise TypeError(f"{system.code} is no stack")
    made: Callable[..., TerraformStack] = found
    settings = environment if system.block is None else getattr(environment, system.block)
    return partial(made, environment=settings, removable=removable)
