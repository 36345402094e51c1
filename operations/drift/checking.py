"""Check systems for drift: the plans that it takes, each system whatever becomes of the others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from environments.problem import Problem
from operations import deployment
from operations.drift import ignoring, keeping
from operations.drift.added import unseen
from operations.drift.detection import Detection
from operations.drift.findings import Checked, keys
from operations.drift.history import now, watch
from operations.failure import Failed
from operations.plans import reading
from operations.review.classification import review

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from operations.drift.added.model import Added
    from operations.drift.detection import Look
    from operations.drift.findings import Finding
    from operations.drift.ignoring import Ignore
    from operations.drift.parts import Parts, Values
    from operations.plans.model import Plan
    from operations.project import Project
    from operations.review.classification import ReviewedPlan
    from operations.terraform import Terraform

_RECORDED = "-refresh=false"


def check(
    project: Project, stack: str, *, environment: str, rules: Sequence[Ignore], today: date, history: bool
) -> Checked:
    """Check a synthesized system.

    Args:
        project: the project.
        stack: name of the system.
        environment: name of the environment that it was synthesized for.
        rules: what is ignored.
        today: the day on which rules must not have expired.
        history: whether to compare with what was seen before, and to keep what is seen now.

    Returns:
        What was found; what went wrong is in it too.
    """
    checked = Checked(stack=stack, environment=environment)
    try:
        checked = _compare(project, checked)
    except (Problem, Failed) as error:
        return replace(checked, error=str(error))
    ours = [rule for rule in rules if rule.is_about(stack, environment)]
    findings, notes = ignoring.apply(ours, checked.findings, today=today)
    checked = replace(checked, findings=findings, notes=notes)
    if history and checked.error is None:
        try:
            checked = _watch(project, checked)
        except (Problem, Failed) as error:
            return replace(checked, error=str(error))
    return checked


def detect(
    plan: Plan, recorded: Callable[[], Plan], *, stack: str, look: Look
) -> tuple[tuple[Finding, ...], ReviewedPlan]:
    """What drifted, and what is pending.

    Args:
        plan: a plan of the configuration, with a refresh.
        recorded: makes one against what is recorded; called only when it is needed.
        stack: name of the system.
        look: asks AWS what was added to a resource where no plan shows it.
    """
    detection = Detection(plan)
    findings = detection.findings(look)
    if findings and detection.planned:
        # What undoes drift is no pending change: that is only what differs from what is recorded.
        plan = recorded()
    return findings, review(plan, stack=stack)


def _compare(project: Project, checked: Checked) -> Checked:
    stack = checked.stack
    deployment.check_entry(project, stack)
    terraform = deployment.terraform_of(project, stack, show=None)
    deployment.connect(project, terraform)
    look = _Look()
    findings, pending = detect(
        _plan(project, terraform, stack),
        lambda: _plan(project, terraform, stack, _RECORDED),
        stack=stack,
        look=look,
    )
    error = "\n\n".join(dict.fromkeys(look.errors)) or None
    return replace(checked, findings=findings, pending=pending, error=error)


class _Look:
    """Asks AWS about one resource after another, whatever becomes of the others."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self._ask = unseen.Asking()

    def __call__(self, type_: str, values: Values, parts: Parts) -> list[Added]:
        try:
            return self._ask(type_, values, parts)
        except (Problem, Failed) as error:
            self.errors.append(str(error))
            return []


def _plan(project: Project, terraform: Terraform, stack: str, *arguments: str) -> Plan:
    """A plan, of which nothing stays on the disk: it has every secret in it."""
    file = project.plan_file(stack)
    try:
        terraform.plan(file, *arguments)
        return reading.parse(terraform.show_text(file).encode(), source=f"the plan of {stack}")
    finally:
        file.unlink(missing_ok=True)


def _watch(project: Project, checked: Checked) -> Checked:
    kept = keeping.of(project, checked.stack, environment=checked.environment)
    watched = watch(kept.load(), keys(checked.findings), now=now())
    kept.save(watched.history)
    return replace(checked, watched=watched)
