"""The control alignment of what is planned: assessed in the job that plans, told by the one that comments."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from environments.problem import Problem
from operations import report_file, saved_plan
from operations.compliance import assessment, html_page, json_report, markdown, packs, planned
from operations.plans import reading
from operations.review.markdown import mark

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from operations.compliance.assessment import Assessment
    from operations.compliance.waivers import Waiver
    from operations.plans.model import Plan

COMMENT = "comply.md"
REPORT = "comply.json"
PAGE = "comply.html"

_PROFILE = "profile"
"""The output that says which profile a system has."""


@dataclass(frozen=True, kw_only=True)
class Alignment:
    """The control alignment of an environment's plans.

    Attributes:
        environment: name of the environment.
        assessments: of the systems whose profile is not ``ephemeral``.
        not_assessed: the other systems.
    """

    environment: str
    assessments: Sequence[Assessment]
    not_assessed: Sequence[str]

    @property
    def exit_code(self) -> int:
        """0, or `operations.compliance.assessment.EXIT_CODE`."""
        return max((one.exit_code for one in self.assessments), default=0)

    def write(self, folder: Path) -> None:
        """Write the comment, the report, and the page.

        Raises:
            Problem: a file cannot be written.
        """
        title = f"Control alignment of {self.environment}"
        told = markdown.lines(self.assessments, title=title, not_assessed=self.not_assessed)
        comment = "\n".join([f"{mark(f'{self.environment} comply')} -->", *told, ""])
        documents = [json_report.document(one) for one in self.assessments]
        report = {"exit_code": self.exit_code, "assessments": documents}
        report_file.write(folder / COMMENT, comment)
        report_file.write(folder / REPORT, json.dumps(report, ensure_ascii=False, indent=2) + "\n")
        if self.assessments:
            report_file.write(folder / PAGE, html_page.page(self.assessments))


@dataclass(frozen=True, kw_only=True)
class Told:
    """What another job wrote of it.

    Attributes:
        comment: the comment; empty: there is none, because something failed.
        unmet: whether a rule is not met.
    """

    comment: str = ""
    unmet: bool = False


def assess(plans: Path, environment: str, waivers: Sequence[Waiver], *, time: datetime) -> Alignment:
    """Assess the plans that ``holdfast plan`` saved.

    A system that can be destroyed is not assessed: the rules ask for what its profile leaves out.

    Args:
        plans: the folder that has them.
        environment: name of the environment.
        waivers: what is accepted, of all systems and environments.
        time: now.

    Raises:
        Problem: there is no plan, one is not whole or of another environment, or a waiver accepts nothing.
    """
    assessments, not_assessed = [], []
    for stack, saved in saved_plan.of_environment(plans, environment):
        plan = reading.read(saved.json)
        if _is_ephemeral(plan):
            not_assessed.append(stack)
        else:
            graph = planned.graph(plan, name=stack)
            assessments.append(
                assessment.assess(
                    graph, packs.chosen(()), waivers, source="plan", time=time, environment=environment
                )
            )
    return Alignment(environment=environment, assessments=assessments, not_assessed=not_assessed)


def read(folder: Path) -> Told:
    """What was written in a folder; it need not be there.

    Raises:
        Problem: the report cannot be read.
    """
    try:
        comment = (folder / COMMENT).read_text(encoding="utf-8")
        code = json.loads((folder / REPORT).read_text(encoding="utf-8"))["exit_code"]
    except FileNotFoundError:
        return Told()
    except (OSError, ValueError, KeyError, TypeError):
        raise Problem(f"{folder / REPORT}: is no report of an assessment", fix="holdfast ci comply") from None
    return Told(comment=comment, unmet=code == assessment.EXIT_CODE)


def _is_ephemeral(plan: Plan) -> bool:
    """Whether a system says that it can be destroyed; one that says nothing is assessed."""
    output = plan.output_changes.get(_PROFILE)
    return output is not None and output.after == "ephemeral"
