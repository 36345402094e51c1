"""What drifted, by one plan: what changed outside of Terraform, what was added to it, and what the next apply does about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from environments.stateful import stateful
from operations.drift.added import shown
from operations.drift.findings import Apply, Drifted, Finding, Severity
from operations.drift.parts import Parts, mirrors
from operations.plans.comparison import Comparison
from operations.plans.model import Action
from operations.plans.references import References
from operations.plans.visible import visible, visible_value
from operations.review import classification
from operations.review.classes import Class, Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from operations.drift.added.model import Added
    from operations.drift.parts import Values
    from operations.plans.differences import Difference
    from operations.plans.model import Path, Plan, ResourceChange
    from operations.review.classification import Reviewed

    Look = Callable[[str, Values, Parts], Iterable[Added]]

_TAGS, _ALL_TAGS = "tags", "tags_all"


class Detection:
    """Looks for drift in a plan.

    Args:
        plan: a plan of the configuration, with a refresh: it has all that a refresh-only plan has.
    """

    def __init__(self, plan: Plan) -> None:
        self._comparison = Comparison(plan)
        self._references = References(plan.configuration)
        self._parts = Parts(plan)
        managed = [resource for resource in plan.resource_changes if resource.mode == "managed"]
        self._resources = {resource.address: resource for resource in managed if resource.deposed is None}
        self._drift = [resource for resource in plan.resource_drift if resource.mode == "managed"]
        happening = [resource for resource in managed if resource.happens]
        self._planned = {
            change.address: change
            for change in classification.classify(happening, self._comparison, self._references)
        }

    @property
    def planned(self) -> bool:
        """Whether the plan does anything to a resource: undo drift, or what is pending."""
        return bool(self._planned)

    def findings(self, look: Look) -> tuple[Finding, ...]:
        """What drifted, the worst first.

        Args:
            look: asks AWS what was added to a resource where no plan shows it.
        """
        found = {finding.address: finding for finding in self._changed()}
        for address, resource in self._resources.items():
            extra = list(self._added(resource, look))
            if extra:
                before = found.get(visible(address), Finding(address=visible(address), type=resource.type))
                found[before.address] = _with(before, extra)
        return tuple(sorted(found.values(), key=lambda finding: (-finding.severity, finding.address)))

    def _changed(self) -> Iterator[Finding]:
        """What changed or is gone."""
        reviewed = classification.classify(self._drift, self._comparison, self._references)
        by_address = {change.address: change for change in reviewed if change.deposed is None}
        for resource in self._drift:
            change = by_address.get(visible(resource.address))
            if change is None or resource.deposed is not None:
                continue
            differences = [] if change.action.removes else list(self._differences(resource))
            if not differences and not change.action.removes:
                continue
            told = {difference.path[0] for difference in differences if difference.path}
            reasons = tuple(
                _gone(resource, reason) if change.action.removes else reason
                for reason in change.reasons
                if reason.class_.gated and (reason.path is None or not told or reason.path[0] in told)
            )
            planned = self._planned.get(change.address)
            yield Finding(
                address=change.address,
                type=change.type,
                gone=change.action.removes,
                reasons=reasons,
                attributes=tuple(self._attributes(change, differences, reasons)),
                undoing=_dangers(planned) if planned else (),
            )

    def _differences(self, resource: ResourceChange) -> Iterator[Difference]:
        """The attributes that changed: none twice, and none that only shows what other resources say themselves."""
        differences = classification.drift(resource, self._comparison)
        tags = {difference.path[1:] for difference in differences if difference.path[:1] == (_TAGS,)}
        configured = self._references.arguments(resource.configured_address)
        for difference in differences:
            first = str(difference.path[0]) if difference.path else ""
            said_before = first == _ALL_TAGS and difference.path[1:] in tags
            if not said_before and not self._is_mirror(resource, first, configured):
                yield difference

    def _is_mirror(self, resource: ResourceChange, attribute: str, configured: frozenset[str]) -> bool:
        if shown.handled(resource.type, attribute, configured):
            return True
        mirror = mirrors().get((resource.type, attribute))
        if mirror is None or attribute in configured:
            return False
        values = resource.change.after
        found = self._parts.of(values, mirror.part, mirror.argument) if isinstance(values, dict) else iter(())
        return next(found, None) is not None

    def _attributes(
        self, change: Reviewed, differences: list[Difference], reasons: tuple[Reason, ...]
    ) -> Iterator[Drifted]:
        planned = self._planned.get(change.address)
        if change.action.removes:
            yield Drifted(
                path=(),
                before=None,
                after=None,
                severity=_severity(reasons),
                apply=Apply.CREATES if planned else Apply.LEAVES,
            )
            return
        undone = _undone(planned)
        drifted = [
            Drifted(
                path=difference.path,
                before=difference.before,
                after=difference.after,
                severity=_severity(reason for reason in reasons if _is_about(reason, difference.path)),
                apply=Apply.UNDOES if undone is None or difference.path[0] in undone else Apply.LEAVES,
            )
            for difference in differences
        ]
        yield from sorted(drifted, key=lambda each: -each.severity)

    def _added(self, resource: ResourceChange, look: Look) -> Iterator[Added]:
        values = resource.change.before
        if not isinstance(values, dict) or resource.action.removes:
            return
        redacted = self._comparison.shown(resource.change).before
        told = redacted if isinstance(redacted, dict) else {}
        configured = self._references.arguments(resource.configured_address)
        yield from shown.added(resource.type, values, told, self._parts, configured)
        yield from look(resource.type, values, self._parts)


def _with(finding: Finding, added: list[Added]) -> Finding:
    drifted = [
        Drifted(
            path=(each.kind, visible(each.name)),
            before=None,
            after=visible_value(each.value),
            severity=Severity.SECURITY,
            apply=Apply.LEAVES,
            command=each.command,
        )
        for each in added
    ]
    return Finding(
        address=finding.address,
        type=finding.type,
        gone=finding.gone,
        reasons=(*(each.reason for each in added), *finding.reasons),
        attributes=(*drifted, *finding.attributes),
        undoing=finding.undoing,
    )


def _undone(planned: Reviewed | None) -> frozenset[str | int] | None:
    """The attributes that the next apply changes; None: all, because it makes the resource anew."""
    if planned is None:
        return frozenset()
    if planned.action is not Action.UPDATE:
        return frozenset() if planned.action is Action.NOTHING else None
    return frozenset(difference.path[0] for difference in planned.differences if difference.path)


def _is_about(reason: Reason, path: Path) -> bool:
    """Whether a reason is about an attribute, what is in it, or what it is in.

    Paths of reasons go through lists; those of attributes name the element.
    """
    if reason.path is None:
        return True
    one, other = ([part for part in each if isinstance(part, str)] for each in (reason.path, path))
    shorter, longer = sorted((one, other), key=len)
    rest = iter(longer)
    return all(part in rest for part in shorter)


def _severity(reasons: Iterable[Reason]) -> Severity:
    return Severity.SECURITY if any(reason.class_.gated for reason in reasons) else Severity.DRIFT


def _dangers(planned: Reviewed) -> tuple[Reason, ...]:
    """What the next apply does to the resource besides: interrupt it, destroy data, take a protection off again."""
    if planned.action is Action.CREATE:
        return ()
    return tuple(reason for reason in planned.reasons if reason.class_.dangerous)


def _gone(resource: ResourceChange, reason: Reason) -> Reason:
    """A reason told of what has happened already, and not of what a plan would do."""
    if reason.class_ is not Class.DESTROYS_DATA:
        return reason
    holds = stateful().get(resource.type, "resource")
    return Reason(
        class_=reason.class_,
        rule="data-gone",
        text=f"the {holds} is there no more; what an apply makes in its place is empty",
    )
