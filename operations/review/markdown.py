"""A review as comments on a pull request: the worst first, what is harmless folded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from operations.plans.differences import path_text
from operations.plans.lookup import UNKNOWN
from operations.review.classes import RISK_FIRST, Class
from operations.review.comments import LIMIT, Item, Section, pack
from operations.review.markup import LONGEST, code, fenced, folded, prose
from operations.review.mermaid import graph
from operations.review.report import (
    changed_names,
    done,
    telling,
    untold,
    waived_text,
    waiver_text,
)
from operations.review.subject import literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from operations.review.classification import Reviewed, ReviewedPlan
    from operations.review.report import Report

_NO_MARK = re.compile(r"[^\w.-]+", re.ASCII)

_SYMBOLS = {
    Class.DESTROYS_DATA: "🛑",
    Class.WEAKENS_PROTECTION: "🔓",
    Class.INTERRUPTS_SERVICE: "⏸️",
    Class.REPLACES: "♻️",
    Class.REMOVES: "🗑️",
    Class.UPDATES: "✏️",
    Class.ADDS: "🌱",
    Class.MOVES: "↪️",
}
_MOST_QUIET = 200
"""Harmless changes that are named, of each class; the others are counted, and in the other reports."""

_MOST_ATTRIBUTES = 30
_MOST_WAIVERS = 20


def comments(report: Report, *, limit: int = LIMIT) -> list[str]:
    """The comments of a review.

    Args:
        report: the review.
        limit: bytes that a comment may have.
    """
    head = _head(report)
    packed = pack(
        [Section(title="", items=[Item(lines=head)], untitled=True), *_sections(report)], limit=limit
    )
    total = len(packed)
    texts = []
    for number, lines in enumerate(packed, start=1):
        part = f" (part {number} of {total})" if total > 1 else ""
        symbol = "✅" if report.gate.passed else "⛔"
        title = f"## {symbol} {prose(report.title)}: {prose(report.verdict)}{part}"
        texts.append("\n".join([f"{mark(report.label)} {number}/{total} -->", title, *lines, ""]))
    return texts


def mark(label: str) -> str:
    """What begins every comment, so that the next review of the same finds the comments of the last one."""
    return " ".join(["<!-- holdfast-review", *([_NO_MARK.sub("_", label)] if label else [])])


def _head(report: Report) -> list[str]:
    classes = [class_ for class_ in RISK_FIRST if report.count(class_)]
    if not classes:
        stacks = ", ".join(code(plan.stack) for plan in report.plans)
        return ["", f"No resource of {stacks} changes."]
    lines = [
        "",
        "| | " + " | ".join(f"{_SYMBOLS[class_]} {class_.title}" for class_ in classes) + " | Unchanged |",
        "|---|" + "--:|" * (len(classes) + 1),
    ]
    for plan in report.plans:
        counts = [_count(plan.count(class_), class_) for class_ in classes]
        lines.append(f"| {code(plan.stack)} | " + " | ".join(counts) + f" | {plan.unchanged} |")
    return lines


def _count(number: int, class_: Class) -> str:
    return f"**{number}**" if number and class_.dangerous else str(number or "")


def _sections(report: Report) -> Iterator[Section]:
    for class_ in RISK_FIRST:
        changes = list(report.changes(class_))
        if not changes:
            continue
        title = f"{_SYMBOLS[class_]} {class_.title} ({len(changes)})"
        if class_.dangerous:
            items = [_dangerous(report, plan, change) for plan, change in changes]
        else:
            items = [_quiet(report, plan, change) for plan, change in changes[:_MOST_QUIET]]
            if len(changes) > _MOST_QUIET:
                items.append(Item(lines=[f"- and {len(changes) - _MOST_QUIET} more"]))
        yield Section(title=title, items=items, folded=not class_.dangerous)
    if report.gate.notes:
        notes = [Item(lines=[f"- {prose(note)}"]) for note in report.gate.notes]
        yield Section(title="📝 Waivers", items=notes)
    if report.gate.blocked:
        yield _waivers(report)
    yield from _rest(report)


def _dangerous(report: Report, plan: ReviewedPlan, change: Reviewed) -> Item:
    lines = [f"- {code(change.address)} {_what(report, plan, change)}"]
    for reason in change.reasons:
        detail = f": {code(reason.detail)}" if reason.detail else ""
        source = f" <sub>{prose(reason.source)}</sub>" if reason.source else ""
        symbol = _SYMBOLS[reason.class_]
        lines.append(f"  - {symbol} {prose(reason.text)}{detail}{source}")
    lines.extend(f"  - because {code(why) if ' → ' in why else prose(why)}" for why in change.why)
    lines.extend(_move(change))
    waiver = report.gate.waiver_of(plan, change)
    if waiver is not None:
        lines.append(f"  - ✅ {prose(waived_text(waiver))}")
    return Item(lines=lines, details=_details(change))


def _move(change: Reviewed) -> Iterator[str]:
    rename = change.rename
    if rename is None:
        return
    other = rename.new if change.address == rename.old else rename.old
    yield f"  - 💡 probably only a new name, see {code(other)}; a move keeps it:"
    if rename.call is not None:
        yield f"    {code(rename.call)} on the construct of {code(rename.new)}"
    else:
        yield from (f"    {line}" for line in fenced(rename.block.splitlines(), "hcl"))


def _details(change: Reviewed) -> Sequence[str]:
    """The attributes, folded: old and new side by side as a diff."""
    differences = telling(change)
    if not differences:
        return []
    diff = []
    for difference in differences[:_MOST_ATTRIBUTES]:
        name = path_text(difference.path)
        if difference.before is not None:
            diff.append(f"- {name} = {literal(difference.before)}")
        after = f"({UNKNOWN})" if difference.unknown else literal(difference.after)
        if difference.unknown or difference.after is not None:
            diff.append(f"+ {name} = {after}")
    left = max(0, len(differences) - _MOST_ATTRIBUTES) + untold(change)
    more = f", {left} more only in the other reports" if left else ""
    summary = f"{len(differences)} {'attribute' if len(differences) == 1 else 'attributes'}{more}"
    return folded(summary, diff)


def _quiet(report: Report, plan: ReviewedPlan, change: Reviewed) -> Item:
    names = changed_names(change)
    what = f"- {code(change.address)} {_what(report, plan, change)}"
    lines = [f"{what}: {code(names)}" if names else what]
    if change.class_ is Class.REPLACES:
        lines.extend(f"  - because {code(why) if ' → ' in why else prose(why)}" for why in change.why)
    return Item(lines=lines)


def _what(report: Report, plan: ReviewedPlan, change: Reviewed) -> str:
    of_stack = f" in {code(plan.stack)}" if len(report.plans) > 1 else ""
    words = prose(done(change))
    return f"**{words}**{of_stack}" if change.class_.dangerous else f"{words}{of_stack}"


def _waivers(report: Report) -> Section:
    # What is written has to be exact; an address that is too long for a comment is in the other reports.
    blocked = [decision for decision in report.gate.blocked if len(decision.change.address) <= LONGEST]
    lines = [
        line
        for decision in blocked[:_MOST_WAIVERS]
        for line in [*waiver_text(decision.plan, decision.change).splitlines(), ""]
    ]
    items = [Item(lines=fenced(lines[:-1], "toml"))]
    left = len(report.gate.blocked) - min(len(blocked), _MOST_WAIVERS)
    if left:
        items.append(Item(lines=["", f"and {left} more like these"]))
    return Section(
        title="How to accept what needs a waiver: environments/waivers.toml", items=items, folded=True
    )


def _rest(report: Report) -> Iterator[Section]:
    outputs = [
        Item(lines=[f"- {code(output.name)} {output.action.value[0]}d"])
        for plan in report.plans
        for output in plan.outputs
    ]
    if outputs:
        yield Section(title=f"Outputs ({len(outputs)})", items=outputs, folded=True)
    drifted = [Item(lines=[f"- {code(address)}"]) for plan in report.plans for address in plan.drifted]
    if drifted:
        title = f"Changed outside of Terraform since the last apply ({len(drifted)})"
        yield Section(title=title, items=drifted[:_MOST_QUIET], folded=True)
    graphs = [
        Item(lines=[f"**{code(plan.stack)}**", "", *fenced(lines, "mermaid"), ""])
        for plan in report.plans
        if (lines := graph(plan))
    ]
    if graphs:
        yield Section(title="🗺️ Graph of what changes", items=graphs, folded=True)
    hashes = [Item(lines=[f"- {code(plan.stack)} {code(plan.digest)}"]) for plan in report.plans]
    yield Section(title="Hashes of the plans", items=hashes, folded=True)
