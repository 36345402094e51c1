"""The review on a pull request."""

from __future__ import annotations

from dataclasses import replace

from markdown_it import MarkdownIt

from operations.review import markdown
from operations.review.comments import LIMIT
from operations.review.gate import Gate
from operations.review.report import Report
from tests.fixtures.plans import systems
from tests.operations.plans.building import change
from tests.operations.review.reporting import report_about, report_on


def comment(report: Report) -> str:
    (found,) = markdown.comments(report)
    return found


def html(text: str) -> str:
    rendered: str = MarkdownIt("gfm-like", {"linkify": False, "html": True}).render(text)
    return rendered


def test_the_worst_comes_first_and_the_harmless_is_folded() -> None:
    found = comment(report_on("database-replaced-by-engine", "tags-only"))
    assert found.startswith("<!-- holdfast-review 1/1 -->\n## ⛔ Plan review: 1 change needs a waiver\n")
    danger = found.index("### 🛑 Destroys data (1)")
    assert danger < found.index("<details><summary>✏️ Updates (1)</summary>")
    assert "  - because `engine postgres → mysql`" in found[danger:]
    assert "| `database-replaced-by-engine` | **1** |  | 5 |" in found


def test_a_replacement_is_not_counted_as_one_more_and_one_less() -> None:
    found = comment(report_on("database-replaced-by-engine"))
    assert "🌱" not in found
    assert "**deleted, then created again**" in found


def test_attributes_are_a_diff() -> None:
    found = comment(report_on("deletion-protection-off"))
    assert "  ```diff\n  - deletion_protection = true\n  + deletion_protection = false\n  ```" in found


def test_a_rename_comes_with_the_call_that_saves_it() -> None:
    found = comment(report_on("database-replaced-by-rename"))
    assert f'`move_from_id("aws_db_instance.{systems.INSTANCE}")` on the construct of' in found
    keyed = [
        change('aws_s3_bucket.a["x"]', "delete", before={"b": "c"}),
        change('aws_s3_bucket.a["y"]', "create", after={"b": "c"}),
    ]
    assert '      from = aws_s3_bucket.a["x"]' in comment(report_about(*keyed))


def test_there_is_a_graph_and_what_to_write_for_a_waiver() -> None:
    report = report_on("retention-cut")
    found = comment(report)
    assert "```mermaid\nflowchart LR" in found
    assert f'plan = "{report.plans[0].digest}"' in found


def test_a_waived_change_passes() -> None:
    found = comment(report_on("deletion-protection-off", waived=True))
    assert found.splitlines()[1].startswith("## ✅ Plan review: 1 dangerous change is waived")
    assert "✅ waived until 2026" in found


def test_no_change() -> None:
    found = comment(report_on("no-change"))
    assert "## ✅ Plan review: no changes" in found
    assert "No resource of `no-change` changes." in found


def test_outputs_drift_and_notes_are_told() -> None:
    drifted = change("aws_x.y", "update", before={"a": 1}, after={"a": 2})
    outputs = {"name": {"actions": ["update"], "before": 1, "after": 2}}
    report = report_about(resource_drift=[drifted], output_changes=outputs)
    found = comment(Report(plans=report.plans, gate=Gate(blocked=(), waived=(), notes=("it has expired",))))
    assert "- `name` updated" in found
    assert "Changed outside of Terraform since the last apply (1)" in found
    assert "- it has expired" in found


def test_every_dangerous_line_is_there_however_many_there_are() -> None:
    deleted = [
        change(f"aws_s3_bucket.bucket_{number:04}", "delete", before={"id": "b", "force_destroy": True})
        for number in range(1_500)
    ]
    harmless = [change(f"aws_x.harmless_{number:04}", "create", after={"a": 1}) for number in range(1_500)]
    comments = markdown.comments(report_about(*deleted, *harmless))
    assert len(comments) == 3
    assert all(len(text.encode()) < LIMIT for text in comments)
    told = "\n".join(comments)
    assert all(f"- `aws_s3_bucket.bucket_{number:04}` **deleted**" in told for number in range(1_500))
    assert told.count("🛑 the bucket is deleted; with all that is in it") == 1_500
    assert comments[0].splitlines()[1].endswith(f"(part 1 of {len(comments)})")
    assert comments[-1].startswith(f"<!-- holdfast-review {len(comments)}/{len(comments)} -->")
    assert "and 1300 more" in told


def test_a_change_with_very_many_reasons_keeps_all_of_them() -> None:
    rules = [
        {"protocol": "tcp", "from_port": port, "to_port": port, "cidr_blocks": [f"10.{port % 250}.0.0/16"]}
        for port in range(1, 1_200)
    ]
    group = change("aws_security_group.wide", "update", before={"ingress": []}, after={"ingress": rules})
    comments = markdown.comments(report_about(group))
    told = "\n".join(comments)
    assert len(comments) > 1
    assert all(f"`tcp {port} from " in told for port in range(1, 1_200))
    assert all(len(text.encode()) < LIMIT for text in comments)


def test_values_of_any_length_do_not_break_the_limit() -> None:
    huge = change(f'aws_s3_bucket.b["{"k" * 70_000}"]', "delete", before={"id": "b"})
    long = change(
        "aws_lb.x", "update", before={"enable_deletion_protection": True}, after={"name": "n" * 100_000}
    )
    comments = markdown.comments(report_about(huge, long))
    assert all(len(text.encode()) < LIMIT for text in comments)


def test_text_of_a_plan_is_text() -> None:
    evil = "</details>\n\n# heading @team <script>alert(1)</script> | `x"
    changed = change(
        'aws_lb.x["</details><script>"]',
        "update",
        before={"enable_deletion_protection": True, "name": "old"},
        after={"enable_deletion_protection": False, "name": evil},
    )
    found = comment(report_about(changed))
    assert "@team" not in html(found).replace("+ name = &quot;", "").split("<pre>")[0]
    assert "<script" not in html(found)
    assert html(found).count("<details>") == html(found).count("</details>")


def test_comments_of_one_label_are_found_again() -> None:
    report = replace(report_on("no-change"), label="prod --> @team")
    found = comment(report)
    assert found.startswith(f"{markdown.mark(report.label)} 1/1 -->\n## ✅ Plan review of prod")
    assert markdown.mark(report.label) == "<!-- holdfast-review prod_--_team"
    assert markdown.mark("") == "<!-- holdfast-review"
    assert "@team" not in html(found)
