"""A review for a terminal: the worst first, one line where one will do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from operations.plans.differences import path_text
from operations.plans.lookup import UNKNOWN
from operations.review.classes import RISK_FIRST, Class
from operations.review.report import (
    changed_names,
    done,
    move_hint,
    telling,
    untold,
    waived_text,
    waiver_text,
)
from operations.review.subject import value_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.plans.differences import Difference
    from operations.review.classification import Reviewed, ReviewedPlan
    from operations.review.report import Report

_STYLES = {
    Class.DESTROYS_DATA: "bold white on red",
    Class.WEAKENS_PROTECTION: "bold red",
    Class.INTERRUPTS_SERVICE: "bold yellow",
    Class.REPLACES: "bold magenta",
    Class.REMOVES: "bold",
    Class.UPDATES: "bold",
    Class.ADDS: "bold green",
    Class.MOVES: "bold cyan",
}
_MOST_ATTRIBUTES = 12
_MOST_WAIVERS = 5
_MOST_QUIET = 20
"""Changes without danger that are named, of each class; the others are counted."""


def lines(report: Report) -> Iterator[Text]:
    """The lines of a report; no text in them is taken for markup."""
    for plan in report.plans:
        yield Text.assemble((plan.stack, "bold"), (f"  {plan.digest}", "dim"))
        yield Text(f"  {counts(plan)}")
    for class_ in RISK_FIRST:
        yield from _class(report, class_)
    yield from _outputs(report)
    yield from _verdict(report)


def dangers(report: Report) -> Iterator[Text]:
    """What a person must see before saying yes to a plan that was shown; nothing when there is nothing of it."""
    for class_ in RISK_FIRST:
        if class_.dangerous:
            yield from _class(report, class_)


def counts(plan: ReviewedPlan) -> str:
    """How many changes are of which class: ``1 destroys data, 3 updates, 5 unchanged``."""
    found = [f"{plan.count(class_)} {class_.title.lower()}" for class_ in RISK_FIRST if plan.count(class_)]
    if plan.outputs:
        found.append(f"{len(plan.outputs)} {'output' if len(plan.outputs) == 1 else 'outputs'}")
    return ", ".join([*found, f"{plan.unchanged} unchanged"])


def _class(report: Report, class_: Class) -> Iterator[Text]:
    changes = list(report.changes(class_))
    if not changes:
        return
    yield Text()
    yield Text.assemble((f" {class_.title} ", _STYLES[class_]), f" {len(changes)}")
    told = changes if class_.dangerous else changes[:_MOST_QUIET]
    for plan, change in told:
        yield from _change(report, plan, change)
    if len(told) < len(changes):
        yield Text(f"  and {len(changes) - len(told)} more", "dim")


def _change(report: Report, plan: ReviewedPlan, change: Reviewed) -> Iterator[Text]:
    of_stack = f"  ({plan.stack})" if len(report.plans) > 1 else ""
    yield Text.assemble("  ", (change.address, "bold"), f"  {done(change)}", (of_stack, "dim"))
    if not change.class_.dangerous and change.class_ is not Class.REPLACES:
        if names := changed_names(change):
            yield Text(f"      {names}", "dim")
        return
    for reason in change.reasons:
        source = f"  [{reason.source}]" if reason.source else ""
        yield Text.assemble("    ! ", str(reason), (source, "dim"))
    for why in change.why:
        yield Text(f"    because {why}")
    if (hint := move_hint(change)) and change.rename is not None:
        yield Text(f"    {hint}:", "yellow")
        call = change.rename.call
        if call is not None:
            yield Text(f"      {call}  # on the construct of {change.rename.new}", "yellow")
        else:
            yield from (Text(f"      {line}", "yellow") for line in change.rename.block.splitlines())
    differences = telling(change)
    for difference in differences[:_MOST_ATTRIBUTES]:
        yield _difference(difference)
    rest = max(0, len(differences) - _MOST_ATTRIBUTES) + untold(change)
    if rest and differences:
        yield Text(f"      and {rest} more", "dim")
    waiver = report.gate.waiver_of(plan, change)
    if waiver is not None:
        yield Text(f"    {waived_text(waiver)}", "green")


def _difference(difference: Difference) -> Text:
    after = UNKNOWN if difference.unknown else value_text(difference.after)
    return Text.assemble(
        f"      {path_text(difference.path)}  ",
        (value_text(difference.before), "red"),
        " → ",
        (after, "green"),
    )


def _outputs(report: Report) -> Iterator[Text]:
    if any(plan.outputs for plan in report.plans):
        yield Text()
        yield Text(" Outputs ", "bold")
        for plan in report.plans:
            for output in plan.outputs:
                yield Text(f"  {output.name}  {output.action.value[0]}d")
    drifted = [address for plan in report.plans for address in plan.drifted]
    if drifted:
        yield Text()
        yield Text(" Changed outside of Terraform since the last apply ", "bold")
        yield from (Text(f"  {address}") for address in drifted)


def _verdict(report: Report) -> Iterator[Text]:
    yield Text()
    for note in report.gate.notes:
        yield Text(f"Note: {note}", "yellow")
    passed = report.gate.passed
    yield Text(
        f"{'Passed' if passed else 'Not passed'}: {report.verdict}", "bold green" if passed else "bold red"
    )
    if not passed:
        yield Text("To accept them, write into environments/waivers.toml, with a reason and a last day:")
        for decision in report.gate.blocked[:_MOST_WAIVERS]:
            yield Text()
            yield from (
                Text(f"  {line}") for line in waiver_text(decision.plan, decision.change).splitlines()
            )
        if len(report.gate.blocked) > _MOST_WAIVERS:
            yield Text(f"  and {len(report.gate.blocked) - _MOST_WAIVERS} more like these", "dim")
