"""Every change of a plan with its class, its reasons, and its attributes: all that a report shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from operations.plans.comparison import Comparison
from operations.plans.digest import digest
from operations.plans.model import Action
from operations.plans.references import References
from operations.plans.visible import visible
from operations.review import alarms, data, openings, parameters, policies, service, tables, weakening
from operations.review.classes import Class, Reason
from operations.review.renames import Rename, renames
from operations.review.replacement import why
from operations.review.subject import Subject
from operations.review.topology import Node, topology

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from operations.plans.differences import Difference
    from operations.plans.model import Plan, ResourceChange

_RULES = (
    data.reasons,
    weakening.reasons,
    openings.reasons,
    policies.reasons,
    alarms.reasons,
    parameters.reasons,
    service.reasons,
)

_BY_ACTION = {
    Action.NOTHING: Class.MOVES,
    Action.READ: Class.NOTHING,
    Action.CREATE: Class.ADDS,
    Action.UPDATE: Class.UPDATES,
    Action.DELETE: Class.REMOVES,
    Action.FORGET: Class.REMOVES,
}


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """A change, without secrets.

    Attributes:
        address: its address.
        previous_address: its address before, when it is moved.
        type: type of the resource.
        action: what Terraform does.
        class_: what that means.
        reasons: why it is of this class, and what else it is, the worst first.
        why: why Terraform replaces or removes it.
        differences: what becomes of its attributes.
        rename: set when it is probably the same object as another that is created or deleted.
        imported: id of the object that is taken into the state.
        deposed: key of an object that a replacement has left.
    """

    address: str
    previous_address: str | None
    type: str
    action: Action
    class_: Class
    reasons: tuple[Reason, ...]
    why: tuple[str, ...]
    differences: tuple[Difference, ...]
    rename: Rename | None = None
    imported: str | None = None
    deposed: str | None = None


@dataclass(frozen=True, kw_only=True)
class OutputReviewed:
    """An output that changes, without secrets.

    Attributes:
        name: its name.
        action: what becomes of it.
        differences: the same in detail.
    """

    name: str
    action: Action
    differences: tuple[Difference, ...]


@dataclass(frozen=True, kw_only=True)
class ReviewedPlan:
    """A plan, classified, without secrets.

    Attributes:
        stack: name of the system.
        digest: the hash that waivers name; see `operations.plans.digest`.
        terraform_version: version of Terraform, when the plan says it.
        changes: what happens, the worst first.
        outputs: the outputs that change.
        drifted: addresses of what changed outside of Terraform.
        topology: all managed resources, and who refers to whom.
        unchanged: how many managed resources stay as they are.
    """

    stack: str
    digest: str
    terraform_version: str | None
    changes: tuple[Reviewed, ...]
    outputs: tuple[OutputReviewed, ...]
    drifted: tuple[str, ...]
    topology: tuple[Node, ...]
    unchanged: int

    def count(self, class_: Class) -> int:
        """How many changes are of a class."""
        return sum(change.class_ is class_ for change in self.changes)


def review(plan: Plan, *, stack: str) -> ReviewedPlan:
    """Classify a plan.

    Args:
        plan: the plan.
        stack: name of the system it is of.
    """
    comparison = Comparison(plan)
    managed = [resource for resource in plan.resource_changes if resource.mode == "managed"]
    happening = [resource for resource in managed if resource.happens]
    references = References(plan.configuration)
    return ReviewedPlan(
        stack=stack,
        digest=digest(comparison),
        terraform_version=plan.terraform_version,
        changes=tuple(classify(happening, comparison, references)),
        outputs=tuple(
            OutputReviewed(
                name=visible(name),
                action=change.action,
                differences=tuple(comparison.differences(change, name)),
            )
            for name, change in sorted(plan.output_changes.items())
            if change.action is not Action.NOTHING
        ),
        drifted=tuple(
            sorted(
                {visible(resource.address) for resource in plan.resource_drift if drift(resource, comparison)}
            )
        ),
        topology=topology(managed, references),
        unchanged=len(managed) - len(happening),
    )


def drift(resource: ResourceChange, comparison: Comparison) -> list[Difference]:
    """What changed of a resource outside of Terraform, but for what changes all the time.

    Args:
        resource: what the plan has in ``resource_drift``.
        comparison: that plan.
    """
    return [
        difference
        for difference in comparison.differences(resource.change)
        if not _changes_by_itself(resource.type, difference)
    ]


def _changes_by_itself(type_: str, difference: Difference) -> bool:
    first = str(difference.path[0]) if difference.path else ""
    told = tables.volatile().get((type_, first))
    return told is not None and not (isinstance(difference.after, str) and difference.after in told)


def classify(
    resources: Sequence[ResourceChange], comparison: Comparison, references: References
) -> list[Reviewed]:
    """Classify changes, planned ones or drift.

    Args:
        resources: the changes; all of one plan.
        comparison: that plan.
        references: who refers to whom in it.

    Returns:
        The changes, the worst first.
    """
    by_address: dict[str, list[ResourceChange]] = {}
    for resource in resources:
        by_address.setdefault(resource.configured_address, []).append(resource)
    pairs = {address: pair for pair in renames(resources) for address in (pair.old, pair.new)}
    reviewed = [
        _reviewed(
            Subject(
                resource=resource,
                shown=comparison.shown(resource.change),
                differences=comparison.differences(resource.change),
                new_whole=_new_whole(resource, references, by_address),
            ),
            rename=pairs.get(resource.address),
        )
        for resource in resources
    ]
    return sorted(reviewed, key=lambda change: (-change.class_, change.address, change.deposed or ""))


def _reviewed(subject: Subject, *, rename: Rename | None) -> Reviewed:
    resource = subject.resource
    found = (reason for rule in _RULES for reason in rule(subject))
    reasons = [
        replace(reason, detail=visible(reason.detail)) if reason.detail else reason
        for reason in sorted(found, key=lambda reason: -reason.class_)
    ]
    by_action = Class.REPLACES if subject.action.replaces else _BY_ACTION[subject.action]
    importing = resource.change.importing
    return Reviewed(
        address=visible(resource.address),
        previous_address=visible(resource.previous_address or "") if resource.moved else None,
        type=resource.type,
        action=subject.action,
        class_=max([by_action, *(reason.class_ for reason in reasons)]),
        reasons=tuple(reasons),
        why=tuple(map(visible, why(subject))),
        differences=tuple(subject.differences),
        rename=rename,
        imported=visible(importing.id or "by its identity") if importing else None,
        deposed=resource.deposed,
    )


def _new_whole(
    resource: ResourceChange, references: References, by_address: Mapping[str, Sequence[ResourceChange]]
) -> bool:
    """Whether what a new object is part of is created with it; False when that is not certain."""
    part = tables.parts().get(resource.type)
    if part is None or part.whole is None:
        return False
    wholes = references.through(resource.configured_address, part.whole)
    if not wholes:
        return False
    found = [whole for address in wholes for whole in by_address.get(address, [])]
    known = all(address in by_address for address in wholes)
    return known and all(whole.action is Action.CREATE for whole in found)
