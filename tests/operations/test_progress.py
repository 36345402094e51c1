"""Terraform's lines as progress, the phases' times, and the lines that say why something failed."""

from __future__ import annotations

import pytest

from operations import failure
from operations.phases import Phases, duration
from operations.progress import INTERVAL, Progress


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_apply_is_a_few_lines() -> None:
    shown: list[str] = []
    clock = Clock()
    progress = Progress(show=shown.append, clock=clock)
    progress("citizen-data  Plan: 3 to add, 0 to change, 0 to destroy.")
    progress("citizen-data  aws_db_instance.it: Creating...")
    progress("citizen-data  aws_vpc.it: Creating...")
    clock.now += INTERVAL
    progress("citizen-data  aws_vpc.it: Creation complete after 4s [id=vpc-1]")
    progress("citizen-data  aws_db_instance.it: Still creating... [00m10s elapsed]")
    clock.now += 90
    progress("citizen-data  aws_db_instance.it: Still creating... [01m40s elapsed]")
    progress("citizen-data  aws_subnet.it: Creation complete after 1s [id=s-1]")
    progress("citizen-data  aws_db_instance.it: Creation complete after 2m40s [id=db-1]")
    progress("citizen-data  Apply complete! Resources: 3 added, 0 changed, 0 destroyed.")
    assert shown == [
        "  Plan: 3 to add, 0 to change, 0 to destroy",
        "     0 of 3 done  longest: aws_db_instance.it (0.0 s)",
        "     1 of 3 done  longest: aws_db_instance.it (5.0 s)",
        "     1 of 3 done  longest: aws_db_instance.it (1 min 35 s)",
        "     3 of 3 done",
        "  citizen-data  Apply complete! Resources: 3 added, 0 changed, 0 destroyed.",
    ]
    assert progress.changed


def test_no_change_is_no_change() -> None:
    shown: list[str] = []
    progress = Progress(show=shown.append)
    progress("citizen-data  No changes. Your infrastructure matches the configuration.")
    assert len(shown) == 1
    assert not progress.changed


def test_a_warning_is_shown_where_it_is_about_the_state_or_a_secret() -> None:
    shown: list[str] = []
    progress = Progress(show=shown.append)
    progress("│ Warning: Incomplete lock file information for providers")
    progress("│ Warning: Argument is deprecated")
    progress("│ Warning: the state lock could not be released")
    assert shown == ["  Warning: the state lock could not be released"]


def test_an_error_is_shown_at_once() -> None:
    shown: list[str] = []
    progress = Progress(show=shown.append)
    progress("│ Error: creating KMS Key: AccessDenied")
    assert shown == ["  Error: creating KMS Key: AccessDenied"]


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.04, "0.0 s"), (59.94, "59.9 s"), (60, "1 min 00 s"), (185.4, "3 min 05 s")]
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_phases_are_counted_and_timed(capsys: pytest.CaptureFixture[str]) -> None:
    phases = Phases(total=2)
    with phases.phase("One"):
        pass
    with pytest.raises(ValueError, match="broken"), phases.phase("Two"):
        raise ValueError("broken")
    printed = capsys.readouterr().out
    assert "[1/2] One" in printed
    assert "[2/2] Two\n  stopped after 0.0 s" in printed
    assert [name for name, _ in phases.times] == ["One"]
    assert phases.table().row_count == 1


def test_the_reason_begins_with_the_error() -> None:
    assert failure.reason("line\nline\nError: no\n\nbecause\n") == "Error: no\n\nbecause"


def test_the_reason_is_the_end_where_no_error_is_named() -> None:
    assert failure.reason("\n".join(map(str, range(100)))).splitlines() == [
        str(line) for line in range(60, 100)
    ]


def test_a_failure_names_its_log() -> None:
    failed = failure.Failed("it failed", output="Error: no")
    assert str(failed) == "it failed\n\nError: no"
