"""A report on drift in Markdown, for an issue or a chat: the worst first, what is ignored folded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from operations.drift.findings import WORST_FIRST, Severity
from operations.drift.report import accepted, gone, pending, since, what
from operations.review.comments import LIMIT, Item, Section, pack
from operations.review.markup import code, fenced, folded, prose
from operations.review.subject import literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from operations.drift.findings import Checked, Drifted, Finding
    from operations.drift.report import Report

_SYMBOLS = {Severity.SECURITY: "🔓", Severity.DRIFT: "〰️"}
_VERDICTS = {0: "✅", 1: "⚠️", 2: "〰️", 3: "🔓"}
_NO_MARK = re.compile(r"[^\w./-]+", re.ASCII)
_MOST_ATTRIBUTES = 40


def comments(report: Report, *, limit: int = LIMIT) -> list[str]:
    """The report as texts, each short enough for a comment or the body of an issue.

    Args:
        report: the report.
        limit: bytes that a text may have.
    """
    head = Section(title="", items=[Item(lines=list(_head(report)))], untitled=True)
    packed = pack([head, *_sections(report)], limit=limit)
    total = len(packed)
    texts = []
    for number, lines in enumerate(packed, start=1):
        part = f" (part {number} of {total})" if total > 1 else ""
        title = f"## {_VERDICTS[report.exit_code]} {prose(report.title)}: {prose(report.verdict)}{part}"
        texts.append("\n".join([f"{mark(report)} {number}/{total} -->", title, *lines, ""]))
    return texts


def mark(report: Report) -> str:
    """What begins every text, so that the next report on the same systems finds those of the last one."""
    names = [_NO_MARK.sub("_", f"{system.environment}/{system.stack}") for system in report.systems]
    return " ".join(["<!-- holdfast-drift", *names])


def _head(report: Report) -> Iterator[str]:
    yield from ("", "| system | found | security | other | ignored | pending |", "|---|---|--:|--:|--:|--:|")
    for system in report.systems:
        counts = [
            sum(finding.alarm is severity for finding in system.findings)
            for severity in (Severity.SECURITY, Severity.DRIFT, None)
        ]
        told = " | ".join(str(count or "") for count in (*counts, len(system.changes)))
        yield f"| {code(str(system))} | {system.outcome.value} | {told} |"
    for system in report.systems:
        if told_pending := pending(system):
            yield from ("", f"{code(str(system))}: {prose(told_pending)}")


def _sections(report: Report) -> Iterator[Section]:
    errors = [
        Item(lines=[f"- {code(str(system))}", *_indented(fenced(system.error.splitlines(), "text"))])
        for system in report.systems
        if system.error is not None
    ]
    if errors:
        yield Section(title="⚠️ Not checked", items=errors)
    for severity in WORST_FIRST:
        alarming = [pair for pair in report.findings(severity) if pair[1].alarm is not None]
        if alarming:
            yield _section(report, f"{_SYMBOLS[severity]} {severity.title}", alarming)
    ignored = [
        pair for severity in WORST_FIRST for pair in report.findings(severity) if pair[1].alarm is None
    ]
    if ignored:
        yield _section(report, "Ignored", ignored, folded=True)
    went = [Item(lines=[f"- {prose(line)}"]) for system in report.systems for line in gone(system)]
    if went:
        yield Section(title="✅ Gone since the last look", items=went)
    notes = [*report.notes, *(note for system in report.systems for note in system.notes)]
    if notes:
        yield Section(title="📝 Ignore rules", items=[Item(lines=[f"- {prose(note)}"]) for note in notes])


def _section(
    report: Report, title: str, found: Sequence[tuple[Checked, Finding]], *, folded: bool = False
) -> Section:
    items = [_finding(report, system, finding) for system, finding in found]
    return Section(title=f"{title} ({len(found)})", items=items, folded=folded)


def _finding(report: Report, system: Checked, finding: Finding) -> Item:
    of_system = f" in {code(str(system))}" if len(report.systems) > 1 else ""
    lines = [f"- {code(finding.address)} **{what(finding)}**{of_system}"]
    for reason in finding.reasons:
        detail = f": {code(reason.detail)}" if reason.detail else ""
        source = f" <sub>{prose(reason.source)}</sub>" if reason.source else ""
        lines.append(f"  - {_SYMBOLS[Severity.SECURITY]} {prose(reason.text)}{detail}{source}")
    for attribute in finding.attributes:
        lines.extend(_attribute(system, finding, attribute))
    lines.extend(f"  - ⏸️ undoing it: {prose(reason.text)}" for reason in finding.undoing)
    return Item(lines=lines, details=_values(finding))


def _attribute(system: Checked, finding: Finding, attribute: Drifted) -> Iterator[str]:
    """What is to be known of an attribute; nothing for one of many that the next apply undoes."""
    words = [
        prose(told)
        for told in (attribute.apply.value, since(system, finding, attribute), accepted(attribute))
        if told is not None
    ]
    name = f"{code(attribute.name)}: " if attribute.path else ""
    yield f"  - {name}{'; '.join(words)}"
    if attribute.command is not None:
        yield from _indented(_indented(fenced([attribute.command], "sh")))


def _values(finding: Finding) -> list[str]:
    """The attributes, folded: recorded and real as a diff."""
    told = [attribute for attribute in finding.attributes if attribute.path]
    if not told:
        return []
    diff = []
    for attribute in told[:_MOST_ATTRIBUTES]:
        if attribute.before is not None:
            diff.append(f"- {attribute.name} = {literal(attribute.before)}")
        if attribute.after is not None:
            diff.append(f"+ {attribute.name} = {literal(attribute.after)}")
    more = (
        f", {len(told) - _MOST_ATTRIBUTES} more only in the other reports"
        if len(told) > _MOST_ATTRIBUTES
        else ""
    )
    summary = f"recorded and real{more}"
    return folded(summary, diff)


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" for line in lines]
