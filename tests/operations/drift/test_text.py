"""A report for a terminal."""

from __future__ import annotations

from operations.drift import text
from operations.drift.report import Report
from tests.operations.drift.reporting import changed, checked, full_report, pending, weakened


def lines(report: Report) -> list[str]:
    return [line.plain for line in text.lines(report)]


def test_the_worst_is_first_with_old_and_new_values_and_what_helps() -> None:
    told = lines(full_report())
    security, drift = told.index(" Security drift  2"), told.index(" Drift  1")
    assert security < drift
    assert "    ! deletion protection is lifted: deletion_protection true → false  [RDS.7, RDS.8]" in told
    place = next(n for n, line in enumerate(told) if line.startswith("      ingress["))
    assert told[place + 1] == "        it is not configured, so no apply undoes it; to undo it:"
    assert told[place + 2].startswith("          aws ec2 revoke-security-group-ingress --region eu-central-2")


def test_what_is_new_still_there_ignored_and_gone() -> None:
    told = "\n".join(lines(full_report()))
    assert "deletion_protection  true → false  since 2026-11-20 06:00 UTC" in told
    assert "display_name  a → <b> | `c`  new" in told
    assert "ignored until 2026-11-25: It was agreed with operations." in told
    assert (
        " Gone since the last look \n  aws_sqs_queue.it delay_seconds, first seen 2026-11-20 06:00 UTC"
        in told
    )


def test_pending_changes_errors_and_notes_are_told() -> None:
    told = lines(full_report())
    assert "citizen-data (prod)  drift and pending change" in told
    assert any(line.startswith("  1 change pending: see holdfast plan citizen-data") for line in told)
    assert "payments (prod)  error" in told
    assert "  Error: <no> `way` | out" in told
    assert "Note: the ignore rule for x of aws_y.it has nothing to ignore: take it out" in told


def test_nothing_is_a_line_or_two() -> None:
    assert lines(Report(systems=[checked()])) == ["citizen-data (prod)  clean", "", "Nothing drifted"]


def test_pending_alone_is_no_alarm() -> None:
    assert lines(Report(systems=[checked(pending=pending())]))[-1] == "Nothing drifted; 1 change pending"


def test_one_system_is_not_named_again_and_again() -> None:
    told = lines(Report(systems=[checked((*weakened(), *changed()))]))
    assert sum("citizen-data" in line for line in told) == 1
