"""The review in a terminal."""

from __future__ import annotations

from operations.review import text
from operations.review.report import Report
from tests.fixtures.plans import systems
from tests.operations.plans.building import change
from tests.operations.review.reporting import report_about, report_on


def told(report: Report) -> str:
    return "\n".join(str(line) for line in text.lines(report))


def test_the_worst_comes_first_with_its_reasons() -> None:
    found = told(report_on("tls-not-forced", "tags-only"))
    assert found.index("Weakens protection") < found.index("Updates")
    assert "! connections without TLS are accepted: rds.force_ssl 1 → 0  [RDS.38]" in found
    assert "Not passed: 1 change needs a waiver" in found
    assert "(tls-not-forced)" in found


def test_a_rename_comes_with_the_call_that_saves_it() -> None:
    assert f'move_from_id("aws_db_instance.{systems.INSTANCE}")  # on the construct of' in told(
        report_on("database-replaced-by-rename")
    )
    values = {"engine": "postgres"}
    found = told(
        report_about(
            change('aws_db.a["x"]', "delete", before=values), change('aws_db.a["y"]', "create", after=values)
        )
    )
    assert 'from = aws_db.a["x"]' not in found  # not dangerous: nothing to save
    found = told(
        report_about(
            change('aws_s3_bucket.a["x"]', "delete", before=values),
            change('aws_s3_bucket.a["y"]', "create", after=values),
        )
    )
    assert 'from = aws_s3_bucket.a["x"]' in found


def test_what_is_needed_for_a_waiver_is_printed() -> None:
    report = report_on("deletion-protection-off")
    found = told(report)
    assert f'plan = "{report.plans[0].digest}"' in found
    assert f'address = "aws_db_instance.{systems.INSTANCE}"' in found
    assert "expires = ...  # 90 days from now at most" in found


def test_dangers_alone_are_what_is_asked_about() -> None:
    found = "\n".join(str(line) for line in text.dangers(report_on("tls-not-forced", "tags-only")))
    assert "connections without TLS are accepted" in found
    assert "Updates" not in found
    assert "waivers.toml" not in found
    assert list(text.dangers(report_on("tags-only"))) == []


def test_a_waived_change_says_so() -> None:
    found = told(report_on("deletion-protection-off", waived=True))
    assert "waived until 2026-11-25: It was restored in a test." in found
    assert "Passed: 1 dangerous change is waived" in found


def test_many_harmless_changes_are_counted_and_no_dangerous_one_is_left_out() -> None:
    harmless = [change(f"aws_x.n{number}", "create", after={"a": 1}) for number in range(50)]
    dangerous = [change(f"aws_s3_bucket.d{number}", "delete", before={"id": "1"}) for number in range(50)]
    found = told(report_about(*harmless, *dangerous))
    assert "and 30 more" in found
    assert all(f"aws_s3_bucket.d{number}  deleted" in found for number in range(50))
    assert "and 45 more like these" in found


def test_many_attributes_are_counted() -> None:
    before = {"deletion_protection": True, **{f"a{number:02}": 1 for number in range(30)}}
    after = {"deletion_protection": False, **{f"a{number:02}": 2 for number in range(30)}}
    assert "and 19 more" in told(report_about(change("aws_x.y", "update", before=before, after=after)))


def test_nothing_to_do() -> None:
    assert told(report_on("no-change")).endswith("Passed: no changes")
    found = told(report_on("outputs-only"))
    assert "database_port  created" in found
    assert "1 output, 6 unchanged" in found


def test_drift_is_named() -> None:
    drifted = change("aws_x.y", "update", before={"a": 1}, after={"a": 2})
    assert "Changed outside of Terraform" in told(report_about(resource_drift=[drifted]))


def test_text_of_a_plan_cannot_steer_the_terminal() -> None:
    evil = "\x1b[2J[bold]x"
    found = told(report_about(change("aws_x.y", "update", before={"a": "b"}, after={"a": evil, evil: 1})))
    assert "\x1b" not in found


def test_a_note_on_a_waiver_is_told() -> None:
    report = report_on("no-change")
    noted = Report(plans=report.plans, gate=type(report.gate)(blocked=(), waived=(), notes=("it expired",)))
    assert "Note: it expired" in told(noted)
