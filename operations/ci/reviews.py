"""The reviews of a pull request's plans as one comment, which is updated in place."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from environments.problem import Problem
from operations.ci import alignment
from operations.ci.alignment import Told
from operations.review import gate, markdown
from operations.review.comments import LIMIT
from operations.review.markup import code, prose

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from operations.ci.github import GitHub

REPORT = "review.json"
"""The review as JSON, beside its comments."""

_RULE = "\n\n---\n\n"


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """The review of one environment's plans, as ``holdfast review`` wrote it.

    Attributes:
        environment: name of the environment.
        comments: its comments, in their order; none: the systems could not be planned or reviewed.
        blocked: whether something needs a waiver.
        alignment: what ``holdfast ci comply`` says of the plans.
    """

    environment: str
    comments: tuple[str, ...] = ()
    blocked: bool = False
    alignment: Told = field(default_factory=Told)

    @property
    def missing(self) -> bool:
        """Whether there is no review or no assessment, because something failed."""
        return not self.comments or not self.alignment.comment

    @property
    def parts(self) -> Sequence[str]:
        """What is told of it."""
        if not self.comments:
            return [_missing(self.environment)]
        return [*self.comments, self.alignment.comment or _not_assessed(self.environment)]


def read(folder: Path, environment: str) -> Reviewed:
    """The review of an environment.

    Args:
        folder: has ``1.md``, ``2.md``, ... and `REPORT`, and what `alignment` writes; it need not be there.
        environment: name of the environment.

    Raises:
        Problem: the report cannot be read.
    """
    files = sorted(
        (file for file in folder.glob("*.md") if file.stem.isdecimal()), key=lambda file: int(file.stem)
    )
    if not files:
        return Reviewed(environment=environment)
    try:
        report = json.loads((folder / REPORT).read_text(encoding="utf-8"))
        blocked = report["verdict"]["exit_code"] == gate.EXIT_CODE
    except (OSError, ValueError, KeyError, TypeError):
        raise Problem(f"{folder / REPORT}: is no report of a review", fix="holdfast review --json") from None
    return Reviewed(
        environment=environment,
        comments=tuple(file.read_text(encoding="utf-8") for file in files),
        blocked=blocked,
        alignment=alignment.read(folder),
    )


def bodies(reviews: Sequence[Reviewed], *, commit: str, run_url: str) -> list[str]:
    """What to write: one comment, and more only when GitHub would not take it as one.

    Args:
        reviews: of each environment that was to be planned.
        commit: hash of the commit that was planned.
        run_url: where the run is seen.
    """
    if not reviews:
        parts = [f"{markdown.mark('')} -->\n## ✅ Plan review: no system changes\n"]
    else:
        ordered = sorted(
            reviews, key=lambda review: (not review.missing, not (review.blocked or review.alignment.unmet))
        )
        parts = [part for review in ordered for part in review.parts]
    run = f", [run]({run_url})" if run_url else ""
    foot = f"\n<sub>Commit {code(commit)}{run}</sub>\n"
    return [f"{text}{foot}" for text in _joined(parts, LIMIT - len(foot.encode()))]


def keep(github: GitHub, pull_request: int, wanted: Sequence[str], *, begin: bool) -> str:
    """Let the pull request have these comments and no other ones of a review.

    Args:
        github: the repository.
        pull_request: number of the pull request.
        wanted: the comments.
        begin: write them also when there were none.

    Returns:
        What was done, in a few words.

    Raises:
        Problem: GitHub refuses it.
        Failed: GitHub does not answer.
    """
    place = f"issues/{pull_request}/comments"
    # Only those of a bot: what a person writes is never changed.
    ours = [
        each
        for each in github.pages(place)
        if each["user"]["type"] == "Bot" and str(each["body"]).startswith(markdown.mark(""))
    ]
    if not ours and not begin:
        return "no comment was needed"
    for old, text in zip(ours, wanted, strict=False):
        if old["body"] != text:
            github.send("PATCH", f"issues/comments/{old['id']}", {"body": text})
    for text in wanted[len(ours) :]:
        github.send("POST", place, {"body": text})
    for old in ours[len(wanted) :]:
        github.send("DELETE", f"issues/comments/{old['id']}")
    return "updated" if ours else "written"


def _missing(environment: str) -> str:
    return (
        f"{markdown.mark(environment)} -->\n## ⛔ Plan review of {prose(environment)}: there is none\n\n"
        "The systems could not be planned, or their plans not reviewed. The run says why.\n"
    )


def _not_assessed(environment: str) -> str:
    return (
        f"{markdown.mark(environment)} -->\n## ⛔ Control alignment of {prose(environment)}: there is none\n\n"
        "The plans could not be assessed. The run says why.\n"
    )


def _joined(parts: Sequence[str], limit: int) -> Iterator[str]:
    whole = ""
    for part in parts:
        longer = f"{whole}{_RULE}{part}" if whole else part
        if whole and len(longer.encode()) > limit:
            yield whole
            longer = part
        whole = longer
    yield whole
