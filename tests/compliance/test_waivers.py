"""What a waiver can and cannot do."""

from datetime import date
from pathlib import Path

import pytest

from tests.compliance import waivers
from tests.compliance.scan import Result

TODAY = date(2026, 11, 24)
FINDING = Result(
    "CKV_AWS_272", "Ensure code-signing", "aws_lambda_function.rotation_function_3D25", passed=False
)
REASON = "The zip is built reproducibly, and its hash is reviewed with the plan."


def waiver(**changes: object) -> waivers.Waiver:
    settings = {
        "check": "CKV_AWS_272",
        "resource": "aws_lambda_function.rotation_*",
        "reason": REASON,
        "expires": date(2027, 5, 31),
    }
    return waivers.Waiver.model_validate(settings | changes)


def test_a_finding_without_waiver_is_an_objection() -> None:
    assert waivers.objections([FINDING], [], TODAY) == [
        "aws_lambda_function.rotation_function_3D25 fails CKV_AWS_272: Ensure code-signing"
    ]


def test_a_waiver_covers_its_finding_until_its_last_day() -> None:
    assert waivers.objections([FINDING], [waiver()], TODAY) == []
    assert waivers.objections([FINDING], [waiver(expires=TODAY)], TODAY) == []
    (objection,) = waivers.objections([FINDING], [waiver(expires=date(2026, 11, 23))], TODAY)
    assert objection.endswith("expired on 2026-11-23")


@pytest.mark.parametrize("other", [{"check": "CKV_AWS_115"}, {"resource": "aws_lambda_function.other_*"}])
def test_a_waiver_covers_nothing_else_and_must_not_outlive_its_finding(other: dict[str, object]) -> None:
    finding, unused = waivers.objections([FINDING], [waiver(**other)], TODAY)
    assert "fails CKV_AWS_272" in finding
    assert unused.endswith("has no finding: take it out")


def test_a_check_that_passes_is_no_finding() -> None:
    (objection,) = waivers.objections([FINDING._replace(passed=True)], [waiver()], TODAY)
    assert objection.endswith("has no finding: take it out")


def test_a_waiver_lasts_a_year_at_most() -> None:
    (objection,) = waivers.objections([FINDING], [waiver(expires=date(2099, 1, 1))], TODAY)
    assert objection.endswith("lasts longer than a year")


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ('check = "CKV_AWS_272"\nresource = "aws_x.*"\nexpires = 2027-05-31', "reason"),
        (f'check = "CKV_AWS_272"\nresource = "aws_x.*"\nreason = "{REASON}"', "expires"),
        (f'check = "everything"\nresource = "aws_x.*"\nreason = "{REASON}"\nexpires = 2027-05-31', "check"),
        (f'check = "CKV_AWS_272"\nresource = "*"\nreason = "{REASON}"\nexpires = 2027-05-31', "resource"),
        ('check = "CKV_AWS_272"\nresource = "aws_x.*"\nreason = "because"\nexpires = 2027-05-31', "reason"),
        ('colour = "red"', "colour"),
    ],
)
def test_an_incomplete_waiver_is_refused(tmp_path: Path, broken: str, message: str) -> None:
    file = tmp_path / "waivers.toml"
    file.write_text(f"[[waiver]]\n{broken}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        waivers.read(file)


def test_a_misspelt_table_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "waivers.toml"
    file.write_text("[[wavier]]\n", encoding="utf-8")
    with pytest.raises(ValueError, match="wavier"):
        waivers.read(file)
