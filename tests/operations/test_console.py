"""Commands print text as it is, and ask only where somebody can answer."""

from __future__ import annotations

import io
import sys

import pytest

from environments.problem import Problem
from operations import console

ARN = "arn:aws:secretsmanager:eu-central-2:123456789012:secret:dr-db-credentials-dev-AbCdEf"


@pytest.mark.parametrize("text", [ARN, "arn:aws:kms:eu-central-2:123456789012:key:a", "[bold]", "x" * 300])
def test_text_stays_as_it_is(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    console.line(text)
    console.title(text)
    console.error(text)
    console.warn(text)
    printed = capsys.readouterr()
    assert printed.out == f"{text}\n{text}\n"
    assert printed.err == f"{text}\nWARNING: {text}\n"


def test_things_and_what_became_of_them_are_two_columns(capsys: pytest.CaptureFixture[str]) -> None:
    console.item("bucket", "created", width=10)
    console.item("table", "already there", width=10)
    assert capsys.readouterr().out == "  bucket      created\n  table       already there\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answer", "confirmed"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_a_person_is_asked(monkeypatch: pytest.MonkeyPatch, answer: str, confirmed: bool) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    assert console.confirm("Apply it?", option="--yes") is confirmed


def test_where_nobody_can_answer_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    with pytest.raises(Problem, match="this is not a terminal") as caught:
        console.confirm("Apply it?", option="--auto-approve")
    assert caught.value.given == "Apply it?"
    assert "--auto-approve" in str(caught.value.fix)


def test_a_terminal_that_cannot_show_a_character_shows_another(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    console.tolerate_encodings()
    console.line("│ Zürich")
    sys.stdout.flush()
    assert raw.getvalue() == b"? Z?rich\n"
