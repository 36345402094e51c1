"""A system that Terraform refuses to destroy as a whole."""

from __future__ import annotations

from cdktf import DataResource, TerraformResourceLifecycle
from constructs import Construct

from environments.removal import REFUSAL


def refuse_destruction(scope: Construct, *, lifted: bool) -> None:
    """Let a plan that destroys the whole system fail, whoever makes it.

    AWS refuses to delete what is protected only when Terraform gets there, and by then alarms, functions and
    rules are gone. A plan that replaces a single resource is not refused: it is for people to review.

    Args:
        scope: the stack.
        lifted: allow it, to destroy the system on purpose.
    """
    DataResource(scope, REFUSAL, lifecycle=TerraformResourceLifecycle(prevent_destroy=not lifted))
