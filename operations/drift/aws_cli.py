"""Commands of the AWS CLI, as a shell takes them."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from operations.plans.json_values import Json


def command(service: str, operation: str, *, region: str | None = None, **options: Json) -> str:
    """A command.

    Args:
        service: ``ec2``.
        operation: ``delete-route``.
        region: where; None: the service has none.
        options: by name with underscores; text as it is, True for an option without a value, anything else as JSON.
    """
    words = ["aws", service, operation]
    if region is not None:
        words += ["--region", region]
    for name, value in options.items():
        words.append(f"--{name.replace('_', '-')}")
        if value is not True:
            words.append(value if isinstance(value, str) else json.dumps(value, separators=(",", ":")))
    return shlex.join(words)
