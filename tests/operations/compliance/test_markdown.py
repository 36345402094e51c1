"""An assessment in a comment: what fails in the open, what is waived folded, and never more than fits."""

from __future__ import annotations

from operations.compliance import markdown
from operations.review.comments import LIMIT
from tests.operations.compliance.building import GOOD_DATABASE, assessed, waiver

OPEN = {"aws_db_instance": {"it": {**GOOD_DATABASE, "publicly_accessible": True}}}
TITLE = "Control alignment of prod"


def test_the_verdict_is_in_the_title_and_the_numbers_in_a_table() -> None:
    assessment = assessed(waivers=(waiver(),), only=("security-hub",))
    found = markdown.lines([assessed(OPEN, only=("security-hub",)), assessment], title=TITLE)
    assert found[0].startswith("## ⛔ Control alignment of prod: ")
    assert found[0].endswith(" rules are not met")
    table = [line for line in found if line.startswith("|")]
    assert table[0] == "| | fail | needs runtime | waived | pass | not applicable |"
    assert len(table) == 4
    assert table[2].startswith("| `test` | **")


def test_each_resource_that_fails_is_told_with_what_decided() -> None:
    found = markdown.lines([assessed(OPEN, only=("security-hub",))], title=TITLE)
    (line,) = [line for line in found if "`RDS.2`" in line]
    assert line.startswith("- `test`, `RDS.2` (RDS DB instances should prohibit public access")
    assert line.endswith("`aws_db_instance.it`: `publicly_accessible` true")


def test_what_is_waived_is_folded_and_says_why_and_until_when() -> None:
    found = markdown.lines([assessed(waivers=(waiver(),), only=("security-hub",))], title=TITLE)
    assert "<details><summary>Waived (1)</summary>" in found
    assert (
        "- `test`, `RDS.23` for `aws_db_instance.*` until 2027-05-31 (187 days): Clients expect PostgreSQL on 5432."
        in found
    )


def test_a_waiver_for_one_environment_says_which() -> None:
    found = markdown.lines([assessed(waivers=(waiver(environment="prod"),))], title=TITLE)
    assert any("`RDS.23` for `aws_db_instance.*` in `prod` until 2027-05-31 (" in line for line in found)


def test_many_findings_are_counted_and_fit_into_a_comment() -> None:
    many = {
        "aws_db_instance": {
            f"{'x' * 500}{number}": {**GOOD_DATABASE, "publicly_accessible": True} for number in range(100)
        }
    }
    found = markdown.lines([assessed(many)], title=TITLE)
    assert any(line.startswith("- and ") for line in found)
    assert len("\n".join(found).encode()) < LIMIT


def test_without_anything_to_assess_that_is_said() -> None:
    found = markdown.lines([], title=TITLE, not_assessed=["data"])
    assert found[0] == "## ⚪ Control alignment of prod: not asked for"
    assert "`data` is not assessed: its profile is `ephemeral`, and the rules are for `regulated`." in found


def test_text_of_a_plan_is_no_markup() -> None:
    odd = {"aws_db_instance": {"it": {**GOOD_DATABASE, "engine": "postgres", "port": "@someone <b>"}}}
    text = "\n".join(markdown.lines([assessed(odd)], title=TITLE))
    assert "@someone" not in text
    assert "<b>" not in text
