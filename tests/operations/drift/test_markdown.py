"""A report for an issue."""

from __future__ import annotations

from operations.drift import markdown
from operations.drift.report import Report
from tests.operations.drift.detecting import drifted, found
from tests.operations.drift.reporting import changed, checked, full_report, ignoring_all, weakened


def test_it_begins_with_a_mark_and_the_outcome() -> None:
    (text,) = markdown.comments(full_report())
    first, title = text.splitlines()[:2]
    assert first == "<!-- holdfast-drift prod/citizen-data prod/payments 1/1 -->"
    assert title.startswith(
        "## 🔓 Drift of citizen\\-data \\(prod\\), payments \\(prod\\): 3 resources drifted"
    )


def test_the_systems_are_counted_in_a_table() -> None:
    (text,) = markdown.comments(full_report())
    assert "| `citizen-data (prod)` | drift and pending change | 2 | 1 |  | 1 |" in text
    assert "| `payments (prod)` | error |  |  |  |  |" in text


def test_the_worst_is_first_and_what_comes_from_aws_stays_text() -> None:
    (text,) = markdown.comments(full_report())
    parts = ["### ⚠️ Not checked", "### 🔓 Security drift (2)", "### 〰️ Drift (1)", "### ✅ Gone since"]
    assert [text.index(part) for part in parts] == sorted(text.index(part) for part in parts)
    assert "```text\n  terraform plan failed" in text
    assert '+ display_name = "<b> | `c`"' in text  # in a block of code
    assert "<b>" not in text.replace('"<b> | `c`"', "")


def test_a_command_is_a_block_to_copy() -> None:
    (text,) = markdown.comments(full_report())
    assert (
        "    ```sh\n    aws ec2 revoke-security-group-ingress --region eu-central-2 --group-id sg-1" in text
    )
    assert (
        '  - `ingress["tcp 22 from the whole internet"]`: it is not configured, so no apply undoes it' in text
    )


def test_what_is_ignored_is_folded_and_listed() -> None:
    (text,) = markdown.comments(Report(systems=[checked(ignoring_all(changed()))]))
    assert text.splitlines()[1].startswith("## ✅")
    assert "<details><summary>Ignored (1)</summary>" in text
    assert "ignored until 2026\\-11\\-25\\: It was agreed with operations" in text


def test_nothing_is_short() -> None:
    (text,) = markdown.comments(Report(systems=[checked()]))
    assert text.splitlines()[1] == "## ✅ Drift of citizen\\-data \\(prod\\): nothing drifted"


def test_many_are_in_several_texts_and_none_is_lost() -> None:
    drift = tuple(
        drifted(f"aws_db_instance.it-{number}", {"deletion_protection": True}, {"deletion_protection": False})
        for number in range(400)
    )
    texts = markdown.comments(Report(systems=[checked(tuple(found(drift=drift)))]), limit=20_000)
    assert len(texts) > 5
    assert all(len(text.encode()) <= 20_000 for text in texts)
    whole = "".join(texts)
    assert all(f"`aws_db_instance.it-{number}` **changed**" in whole for number in range(400))
    assert "(part 2 of" in texts[1]


def test_a_gone_resource_has_no_values() -> None:
    drift = drifted("aws_cloudwatch_metric_alarm.it", {"alarm_name": "it"}, None)
    (text,) = markdown.comments(Report(systems=[checked(tuple(found(drift=(drift,))))]))
    assert "`aws_cloudwatch_metric_alarm.it` **gone**" in text
    assert "recorded and real" not in text
    assert weakened()  # the others have
