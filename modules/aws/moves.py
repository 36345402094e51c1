"""Keeps what was renamed: Terraform moves it in its state instead of destroying it and creating another."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, cast

from cdktf import TerraformElement, TerraformResource, TerraformStack
from constructs import Construct, RootConstruct

from environments.problem import Problem


class _Step(TerraformElement):
    """A move between two addresses that both are history, which no resource of cdktf can say of itself."""

    def __init__(self, scope: Construct, id: str, *, before: str, after: str) -> None:
        super().__init__(scope, id)
        self._moved = [{"from": before, "to": after}]

    def to_terraform(self) -> dict[str, Any]:
        return {"moved": self._moved}


def moved(scope: Construct, before: str, *again: str, to: str) -> None:
    """Move all resources of a construct that was renamed: ``moved(self, "database", to="db")``.

    The call stays until every state has been applied with it. A state that has nothing at the old address is
    not changed by it.

    Args:
        scope: where the construct is; a system, mostly.
        before: the path below the scope that it had.
        again: the paths that it had after that, when it was renamed again before every state had been applied.
        to: the path that it has.

    Raises:
        Problem: there is no such construct, or it has no resource.
    """
    stack = TerraformStack.of(scope)
    prefix = scope.node.path.removeprefix(stack.node.path).strip("/")
    addresses = _Addresses()
    resources = 0
    for resource in _construct(scope, to).node.find_all():
        if not isinstance(resource, TerraformResource):
            continue
        resources += 1
        path = resource.node.path.removeprefix(f"{stack.node.path}/")
        below = path.removeprefix(_joined(prefix, to))
        history = [
            f"{resource.terraform_resource_type}.{addresses.of(_joined(prefix, was) + below)}"
            for was in (before, *again)
        ]
        for step, (earlier, later) in enumerate(pairwise(history)):
            _Step(stack, f"moved-{step}-{path.replace('/', '-')}", before=earlier, after=later)
        resource.move_from_id(history[-1])
    if not resources:
        raise Problem(
            f"{to} in {scope.node.path} has no resource to move", fix="name a construct that has one"
        )


def _joined(prefix: str, path: str) -> str:
    return f"{prefix}/{path}" if prefix else path


def _construct(scope: Construct, path: str) -> Construct:
    found = scope
    for name in path.split("/"):
        child = found.node.try_find_child(name)
        if child is None:
            raise Problem(
                f"{scope.node.path} has no construct {path} to move to",
                given=path,
                allowed=", ".join(_ids(found)),
                fix="write the path that it has; what was renamed again was moved from both, the oldest first",
            )
        found = cast("Construct", child)
    return found


def _ids(scope: Construct) -> Sequence[str]:
    return sorted(child.node.id for child in scope.node.children)


class _Addresses:
    """What cdktf would call resources, if they were there: it is asked in a tree that is not synthesized."""

    def __init__(self) -> None:
        self._stack = TerraformStack(RootConstruct(), "was")

    def of(self, path: str) -> str:
        scope: Construct = self._stack
        for name in path.split("/"):
            scope = cast("Construct", scope.node.try_find_child(name)) or Construct(scope, name)
        return self._stack.get_logical_id(scope.node)
