"""An assessment for a comment on a pull request: what is not met, what is waived, and the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.compliance.assessment import Outcome
from operations.compliance.verdicts import Verdict
from operations.review.markup import code, prose

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from operations.compliance.assessment import Assessment

MOST_TOLD = 50
"""Findings, or waivers, that are told; the others are counted, and in the other reports."""

_SENTENCE = "What the configuration shows of these rules: no authorization, and no certificate."


def lines(assessments: Sequence[Assessment], *, title: str, not_assessed: Sequence[str] = ()) -> list[str]:
    """The lines of a comment.

    Args:
        assessments: of systems, at least one; or none, when all are in ``not_assessed``.
        title: what was assessed.
        not_assessed: systems of which alignment is not asked, since they can be destroyed.
    """
    failed = sum(assessment.count(Outcome.FAIL) for assessment in assessments)
    symbol = "⛔" if failed else "✅" if assessments else "⚪"
    told = [f"## {symbol} {prose(title)}: {prose(_verdict(assessments, failed))}"]
    if assessments:
        told += ["", f"| | {' | '.join(outcome.value for outcome in Outcome)} |"]
        told.append("|---|" + "--:|" * len(Outcome))
        told += [_numbers(assessment) for assessment in assessments]
    told += _section("Not met", [line for one in assessments for line in _failures(one)])
    told += _section("Waived", [line for one in assessments for line in _waivers(one)], folded=True)
    for stack in not_assessed:
        told += [
            "",
            f"{code(stack)} is not assessed: its profile is `ephemeral`, and the rules are for `regulated`.",
        ]
    return [*told, "", f"<sub>{_SENTENCE}</sub>"]


def _verdict(assessments: Sequence[Assessment], failed: int) -> str:
    if not assessments:
        return "not asked for"
    rules = sum(len(assessment.rules) for assessment in assessments)
    if failed:
        return f"{failed} of {rules} rules {'is' if failed == 1 else 'are'} not met"
    return "no rule fails"


def _numbers(assessment: Assessment) -> str:
    counts = [assessment.count(outcome) for outcome in Outcome]
    cells = [f"**{counts[0]}**" if counts[0] else "", *(str(count or "") for count in counts[1:])]
    return f"| {code(assessment.system)} | {' | '.join(cells)} |"


def _section(title: str, told: Sequence[str], *, folded: bool = False) -> list[str]:
    if not told:
        return []
    count = len(told)
    head = f"<details><summary>{title} ({count})</summary>" if folded else f"### {title} ({count})"
    more = [f"- and {count - MOST_TOLD} more"] if count > MOST_TOLD else []
    return ["", head, "", *told[:MOST_TOLD], *more, *(["", "</details>"] if folded else [])]


def _failures(assessment: Assessment) -> Iterator[str]:
    """A line for each resource that does not meet a rule."""
    for assessed in assessment.rules:
        asked = f"{code(assessed.rule.id)} ({prose(assessed.rule.title)})"
        for judged in assessed.findings:
            finding = judged.finding
            if finding.verdict is Verdict.FAIL and judged.waiver is None:
                what = f"{code(finding.address)}: {code(finding.attribute)} {prose(finding.evidence)}"
                yield f"- {code(assessment.system)}, {asked}: {what}"


def _waivers(assessment: Assessment) -> Iterator[str]:
    """A line for each waiver."""
    for waiver in assessment.waivers:
        rules = ", ".join(map(code, waiver.rules))
        where = f" in {code(waiver.environment)}" if waiver.environment else ""
        days = waiver.days_left(assessment.time.date())
        yield (
            f"- {code(assessment.system)}, {rules} for {code(waiver.address)}{where} until {waiver.expires} "
            f"({days} days): {prose(waiver.reason)}"
        )
