"""Reads what is to be assessed: a synthesized stack or the JSON of a plan; anything else is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from environments.problem import Problem
from operations.compliance import configuration, planned
from operations.plans import reading

if TYPE_CHECKING:
    from pathlib import Path

    from operations.compliance.graph import Graph

_SYNTHESIZE = "synthesize it again, or name the stack"


def plan(path: Path, *, name: str) -> Graph:
    """The resources of a plan.

    Args:
        path: what ``terraform show -json <plan>`` wrote.
        name: what the system is called.

    Raises:
        Problem: it is no plan, or not a whole one.
    """
    return planned.graph(reading.read(path), name=name)


def stack(path: Path, *, name: str) -> Graph:
    """The resources of a synthesized stack.

    Args:
        path: its ``cdk.tf.json``.
        name: what the system is called.

    Raises:
        Problem: the file is missing, is not JSON, or holds something else.
    """
    try:
        document = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise Problem(f"{path}: there is no such file", fix=_SYNTHESIZE) from None
    except OSError as error:
        raise Problem(f"{path}: cannot be read ({error.strerror})", fix="name a readable file") from None
    except (ValueError, RecursionError) as error:
        raise Problem(f"{path}: is not valid JSON", given=error, fix=_SYNTHESIZE) from None
    if not isinstance(document, dict) or not document.keys() & {"resource", "data", "terraform"}:
        raise Problem(
            f"{path}: is no Terraform configuration",
            allowed="cdk.tf.json of a synthesized stack, with resource blocks",
            fix=_SYNTHESIZE,
        )
    found = configuration.graph(document, name=name, source=str(path))
    if not found.resources:
        raise Problem(f"{path}: has no resources, so there is nothing to assess", fix=_SYNTHESIZE)
    return found
