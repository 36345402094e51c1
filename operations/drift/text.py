"""A report on drift for a terminal: the worst first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from operations.drift.findings import WORST_FIRST, Outcome, Severity
from operations.drift.report import accepted, gone, pending, since, then, what
from operations.review.subject import value_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.drift.findings import Checked, Drifted, Finding
    from operations.drift.report import Report

_STYLES = {Severity.SECURITY: "bold white on red", Severity.DRIFT: "bold yellow"}
_OUTCOMES = {
    Outcome.CLEAN: "green",
    Outcome.OUTPUTS_ONLY: "green",
    Outcome.PENDING: "cyan",
    Outcome.DRIFT: "yellow",
    Outcome.BOTH: "yellow",
    Outcome.ERROR: "red",
}
_MOST_ATTRIBUTES = 20


def lines(report: Report) -> Iterator[Text]:
    """The lines of a report; no text in them is taken for markup."""
    for system in report.systems:
        style = "bold red" if system.alarm is Severity.SECURITY else _OUTCOMES[system.outcome]
        yield Text.assemble(
            (f"{system.stack}", "bold"), f" ({system.environment})  ", (system.outcome.value, style)
        )
        if told := pending(system):
            yield Text(f"  {told}", "cyan")
        if system.error is not None:
            yield from (Text(f"  {line}", "red") for line in system.error.splitlines())
    for severity in WORST_FIRST:
        found = list(report.findings(severity))
        if found:
            yield Text()
            yield Text.assemble((f" {severity.title} ", _STYLES[severity]), f" {len(found)}")
        for system, finding in found:
            yield from _finding(report, system, finding)
    yield from _rest(report)


def _finding(report: Report, system: Checked, finding: Finding) -> Iterator[Text]:
    of_system = f"  ({system})" if len(report.systems) > 1 else ""
    yield Text.assemble("  ", (finding.address, "bold"), f"  {what(finding)}", (of_system, "dim"))
    for reason in finding.reasons:
        source = f"  [{reason.source}]" if reason.source else ""
        yield Text.assemble("    ! ", str(reason), (source, "dim"))
    for attribute in finding.attributes[:_MOST_ATTRIBUTES]:
        yield from _attribute(system, finding, attribute)
    if len(finding.attributes) > _MOST_ATTRIBUTES:
        yield Text(f"      and {len(finding.attributes) - _MOST_ATTRIBUTES} more", "dim")
    for reason in finding.undoing:
        yield Text(f"    undoing it: {reason}", "yellow")


def _attribute(system: Checked, finding: Finding, attribute: Drifted) -> Iterator[Text]:
    when = since(system, finding, attribute)
    ending = f"  {when}" if when else ""
    if attribute.path:
        yield Text.assemble(
            f"      {attribute.name}  ",
            (value_text(attribute.before), "green"),
            " → ",
            (value_text(attribute.after), "red"),
            (ending, "dim"),
        )
    elif when:
        yield Text(f"      {when}", "dim")
    if reason := accepted(attribute):
        yield Text(f"        {reason}", "green")
    yield Text(f"        {then(attribute)}{':' if attribute.command else ''}", "dim")
    if attribute.command is not None:
        yield Text(f"          {attribute.command}", "cyan")


def _rest(report: Report) -> Iterator[Text]:
    went = [(system, line) for system in report.systems for line in gone(system)]
    if went:
        yield Text()
        yield Text(" Gone since the last look ", "bold green")
        yield from (Text(f"  {line}") for _, line in went)
    yield Text()
    for note in (*report.notes, *(note for system in report.systems for note in system.notes)):
        yield Text(f"Note: {note}", "yellow")
    style = "bold green" if report.exit_code == 0 else "bold red"
    yield Text(f"{report.verdict[0].upper()}{report.verdict[1:]}", style)
