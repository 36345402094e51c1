"""What commands print is what was meant: no markup, no colours for machines, nothing replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from operations import console

if TYPE_CHECKING:
    from collections.abc import Callable

ARN = "arn:aws:secretsmanager:eu-central-2:123456789012:secret:dr-db-credentials-dev"


@pytest.mark.parametrize("say", [console.line, console.title, console.warn, console.error])
def test_an_arn_is_printed_as_it_is(say: Callable[[str], None], capsys: pytest.CaptureFixture[str]) -> None:
    say(f"[{ARN}]")
    out, err = capsys.readouterr()
    assert f"[{ARN}]" in out + err


def test_names_and_what_became_of_them_stand_in_columns(capsys: pytest.CaptureFixture[str]) -> None:
    console.item("bucket", "created", width=10)
    console.item("a longer name", ARN, width=10)
    assert capsys.readouterr().out == f"  bucket      created\n  a longer name  {ARN}\n"
