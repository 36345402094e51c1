"""An assessment for a comment on a pull request: what is not met, what is waived, and the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.compliance.assessment import Outcome
from operations.compliance.verdicts import Verdict
from operations.review.markup import code, prose

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from operations.compliance.assessment import Assessed, Assessment

MOST_TOLD = 50
"""Findings that are told; the others are counted, and in the other reports."""

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
    told += list(_findings(assessments, Outcome.FAIL, "Not met"))
    told += list(_findings(assessments, Outcome.WAIVED, "Waived", folded=True))
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


def _findings(
    assessments: Sequence[Assessment], outcome: Outcome, title: str, *, folded: bool = False
) -> Iterator[str]:
    told = [
        line
        for assessment in assessments
        for assessed in assessment.rules
        if assessed.outcome is outcome
        for line in _rule(assessment, assessed, outcome)
    ]
    if not told:
        return
    count = len(told)
    yield ""
    yield f"<details><summary>{title} ({count})</summary>" if folded else f"### {title} ({count})"
    yield ""
    yield from told[:MOST_TOLD]
    if count > MOST_TOLD:
        yield f"- and {count - MOST_TOLD} more"
    if folded:
        yield ""
        yield "</details>"


def _rule(assessment: Assessment, assessed: Assessed, outcome: Outcome) -> Iterator[str]:
    """A line for each resource that does not meet a rule."""
    for judged in assessed.findings:
        finding, waiver = judged.finding, judged.waiver
        if finding.verdict is not Verdict.FAIL or (waiver is None) is not (outcome is Outcome.FAIL):
            continue
        asked = f"{code(assessed.rule.id)} ({prose(assessed.rule.title)})"
        what = f"{code(finding.address)}: {code(finding.attribute)} {prose(finding.evidence)}"
        until = f", waived until {waiver.expires}" if waiver else ""
        yield f"- {prose(assessment.system)}, {asked}: {what}{until}"
