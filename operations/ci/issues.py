"""One issue for each system and environment that has drifted: opened, kept up to date, and closed again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from operations.review.comments import LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.ci.github import GitHub

_REPORT = "<!-- report -->\n"
"""Where the report begins in an issue."""

_CUT = "\n\nThe report goes on: all of it is in the run.\n"


class Outcome(Enum):
    """What a search for drift found; the values are the exit codes of ``holdfast drift``."""

    CLEAN = 0
    FAILED = 1
    DRIFT = 2
    SECURITY = 3

    @property
    def title(self) -> str:
        """What an issue is called, before what it is about."""
        return {
            Outcome.CLEAN: "No drift",
            Outcome.FAILED: "Drift cannot be looked for",
            Outcome.DRIFT: "Drift",
            Outcome.SECURITY: "Security drift",
        }[self]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What an issue is about.

    Attributes:
        stack: name of the system.
        environment: name of the environment.
    """

    stack: str
    environment: str

    @property
    def mark(self) -> str:
        """What the text of its issue begins with."""
        return f"<!-- holdfast-drift {self.stack} {self.environment} -->"

    def title(self, outcome: Outcome) -> str:
        """What its issue is called."""
        return f"{outcome.title}: {self.stack} in {self.environment}"


def keep(github: GitHub, subject: Subject, outcome: Outcome, report: str) -> str:
    """Let there be one open issue when there is drift, and none when there is not.

    A failed search changes what is known of drift in nothing: an issue that is open stays, with its report.

    Args:
        github: the repository.
        subject: what it is about.
        outcome: what was found.
        report: what is told of it, as Markdown.

    Returns:
        What was done, in a few words.

    Raises:
        Problem: GitHub refuses it.
        Failed: GitHub does not answer.
    """
    found = list(_open(github, subject))
    if not found:
        return _begin(github, subject, outcome, report)
    first, *others = found
    for other in others:
        _close(github, other, f"#{first['number']} is about the same.")
    if outcome is Outcome.CLEAN:
        _close(github, first, f"The drift is gone: {github.run_url}")
        return f"closed #{first['number']}"
    return _update(github, first, subject, outcome, report)


def _begin(github: GitHub, subject: Subject, outcome: Outcome, report: str) -> str:
    if outcome is Outcome.CLEAN:
        return "no issue is needed"
    text = _text(github, subject, outcome, report)
    made = github.send("POST", "issues", {"title": subject.title(outcome), "body": text})
    return f"opened #{made['number']}"


def _update(github: GitHub, issue: dict[str, Any], subject: Subject, outcome: Outcome, report: str) -> str:
    number, title = issue["number"], subject.title(outcome)
    before = str(issue["body"]).partition(_REPORT)[2]
    if outcome is Outcome.FAILED:
        title, report = issue["title"], before
    text = _text(github, subject, outcome, report)
    github.send("PATCH", f"issues/{number}", {"title": title, "body": text})
    if title != issue["title"]:
        # A changed text tells nobody, a comment does: only what is worth it.
        note = f"{issue['title']} → {title}: {github.run_url}"
        github.send("POST", f"issues/{number}/comments", {"body": note})
    return f"updated #{number}"


def _close(github: GitHub, issue: dict[str, Any], why: str) -> None:
    path = f"issues/{issue['number']}"
    github.send("POST", f"{path}/comments", {"body": why})
    github.send("PATCH", path, {"state": "closed", "state_reason": "completed"})


def _open(github: GitHub, subject: Subject) -> Iterator[dict[str, Any]]:
    """The open issues about it, the oldest first; what people write is never taken for one."""
    for issue in github.pages("issues", state="open", sort="created", direction="asc"):
        # GitHub lists pull requests among the issues; a text may be null.
        ours = "pull_request" not in issue and issue["user"]["type"] == "Bot"
        if ours and str(issue["body"]).startswith(subject.mark):
            yield issue


def _text(github: GitHub, subject: Subject, outcome: Outcome, report: str) -> str:
    run = f" ([run]({github.run_url}))" if github.run_url else ""
    if outcome is Outcome.FAILED:
        note = f"**The last search failed{run}.** What follows is older, if there is anything.\n"
    else:
        note = f"Found by the last search{run}. This issue is kept up to date, and closed when the drift is gone.\n"
    head = f"{subject.mark}\n{note}\n{_REPORT}"
    return head + _short(report, LIMIT - len(head.encode()))


def _short(report: str, room: int) -> str:
    """As many whole lines as there is room for; the worst comes first in a report."""
    if len(report.encode()) <= room:
        return report
    kept, used = [], len(_CUT.encode())
    for line in report.splitlines():
        used += len(line.encode()) + 1
        if used > room:
            break
        kept.append(line)
    return "\n".join(kept) + _CUT
