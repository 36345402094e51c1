"""An assessment for a terminal: what is not met first, then what is waived, then the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from operations.compliance import summary
from operations.compliance.assessment import Outcome
from operations.compliance.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.compliance.assessment import Assessed, Assessment

_STYLES = {
    Outcome.FAIL: "bold red",
    Outcome.NEEDS_RUNTIME: "bold yellow",
    Outcome.WAIVED: "bold cyan",
    Outcome.PASS: "bold green",
    Outcome.NOT_APPLICABLE: "bold",
}
_TOLD = {
    Outcome.FAIL: Verdict.FAIL,
    Outcome.NEEDS_RUNTIME: Verdict.NEEDS_RUNTIME,
    Outcome.WAIVED: Verdict.FAIL,
}


def lines(assessment: Assessment) -> Iterator[Text]:
    """The lines of a report; no text in them is taken for markup."""
    yield Text.assemble((summary.title(assessment), "bold"), f"  from the {assessment.source}")
    for outcome in _TOLD:
        told = [
            one
            for pack in assessment.packs
            for one in assessment.decided(pack.name)
            if one.outcome is outcome
        ]
        if told:
            yield Text()
            yield Text.assemble((f" {outcome.value.capitalize()} ", _STYLES[outcome]), f" {len(told)}")
            for assessed in told:
                yield from _rule(assessment, assessed)
    yield from _numbers(assessment)
    yield Text()
    yield Text("Evidence of each rule, and why one is not applicable: --format html --out comply.html", "dim")
    yield Text()
    yield Text(summary.boundary(assessment), "dim")
    passed = assessment.exit_code == 0
    words = f"{'Passed' if passed else 'Not passed'}: {summary.verdict(assessment)}"
    yield Text(words, "bold green" if passed else "bold red")


def _rule(assessment: Assessment, assessed: Assessed) -> Iterator[Text]:
    rule = assessed.rule
    yield Text.assemble("  ", (rule.id, "bold"), f"  {rule.title}", (f"  [{rule.pack}]", "dim"))
    for judged in assessed.findings:
        finding = judged.finding
        if finding.verdict is _TOLD[assessed.outcome]:
            waived = "" if judged.waiver is None or assessed.outcome is Outcome.WAIVED else "  (waived)"
            yield Text(f"    {finding.address}{waived}")
            yield Text(f"      {finding.attribute}: {finding.evidence}", "dim")
    for waiver in assessment.waivers:
        if any(judged.waiver is waiver for judged in assessed.findings):
            days = waiver.days_left(assessment.time.date())
            where = f" in {waiver.environment}" if waiver.environment else ""
            yield Text(f"    waived{where} for {days} more days: {waiver.reason}", "cyan")


def _numbers(assessment: Assessment) -> Iterator[Text]:
    for pack in assessment.packs:
        decided = assessment.decided(pack.name)
        good = sum(one.outcome in summary.GOOD for one in decided)
        others = len(assessment.of(pack.name)) - len(decided)
        yield Text()
        yield Text.assemble(
            (pack.name, "bold"),
            f"  {good} of {len(decided)} rules met or accepted: {summary.counts(decided)}",
        )
        if others:
            rest = [one for one in assessment.of(pack.name) if one not in decided]
            yield Text(f"  and {others} that the configuration cannot decide: {summary.counts(rest)}", "dim")
    yield Text()
    yield Text("Families of controls", "bold")
    for coverage in assessment.coverage():
        told = [f"{count} {outcome.value}" for outcome, count in coverage.counts.items() if count]
        yield Text(f"  {coverage.family}  {', '.join(told)}")
