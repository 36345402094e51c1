"""What a stack tells others: scripts, tests, and other stacks that read its state."""

from __future__ import annotations

from collections.abc import Mapping

from cdktf import TerraformOutput
from constructs import Construct


def outputs(scope: Construct, values: Mapping[str, object]) -> None:
    """Give a stack outputs.

    Args:
        scope: the stack.
        values: name to value: ids, endpoints and ARNs, and nothing secret.
    """
    for name, value in values.items():
        TerraformOutput(scope, name, value=value, static_id=True)
