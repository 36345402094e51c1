"""The few sentences that all formats of an assessment share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.compliance.assessment import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from operations.compliance.assessment import Assessed, Assessment

BOUNDARY_REGIONS = ("us-east-1", "us-east-2", "us-west-1", "us-west-2")
"""Regions within AWS's FedRAMP Moderate boundary (AWS services in scope by compliance program, 2026-11)."""

GOOD = (Outcome.PASS, Outcome.WAIVED, Outcome.NOT_APPLICABLE)
"""Outcomes that nobody has to act on."""


def title(assessment: Assessment) -> str:
    """What was assessed."""
    return f"Control alignment of {assessment.system}"


def verdict(assessment: Assessment) -> str:
    """The outcome in one sentence."""
    decided = [one for pack in assessment.packs for one in assessment.decided(pack.name)]
    failed = sum(one.outcome is Outcome.FAIL for one in decided)
    if failed:
        return f"{failed} of {len(decided)} rules {'is' if failed == 1 else 'are'} not met"
    open_ = sum(one.outcome is Outcome.NEEDS_RUNTIME for one in decided)
    if open_:
        return f"no rule fails; {open_} of {len(decided)} {'needs' if open_ == 1 else 'need'} the deployed system"
    return f"all {len(decided)} rules that can be decided are met, waived or not applicable"


def counts(assessed: Sequence[Assessed]) -> str:
    """How many rules had which outcome: ``40 pass, 2 waived``."""
    found = [(outcome, sum(one.outcome is outcome for one in assessed)) for outcome in Outcome]
    return ", ".join(f"{count} {outcome.value}" for outcome, count in found if count)


def boundary(assessment: Assessment) -> str:
    """What the words mean, and where they end."""
    sentence = (
        "Control alignment: what the configuration shows of these rules. "
        "It is no authorization, and no statement about people, procedures or AWS itself."
    )
    if assessment.region is None or assessment.region in BOUNDARY_REGIONS:
        return sentence
    return (
        f"{sentence} {assessment.region} is outside of AWS's FedRAMP Moderate boundary "
        f"({', '.join(BOUNDARY_REGIONS)})."
    )
