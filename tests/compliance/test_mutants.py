"""Without any one of its protections no regulated system passes."""

from __future__ import annotations

import pytest

from operations.compliance import configuration
from operations.compliance.rules import checks
from operations.compliance.verdicts import Verdict
from tests.compliance import mutants
from tests.compliance.mutants import Document

STACKS = pytest.mark.parametrize("stack", mutants.STACKS)


@pytest.fixture(scope="module")
def regulated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Document]:
    return mutants.synthesized("prod", tmp_path_factory.mktemp("regulated"))


@pytest.mark.slow
@STACKS
def test_no_mutant_survives(stack: str, regulated: dict[str, Document]) -> None:
    count, left = mutants.survivors(regulated[stack])
    assert [f"{mutant.address}: {mutant.what}" for mutant in left] == []
    assert count > 300


@pytest.mark.slow
@STACKS
def test_mutants_differ_from_the_system(stack: str, regulated: dict[str, Document]) -> None:
    system = regulated[stack]
    assert all(mutant.of(system) != system for mutant in mutants.mutants(system))


def test_what_nobody_looks_at_survives() -> None:
    document: Document = {
        "resource": {
            "aws_guardduty_detector": {"d": {"enable": True}},
            "aws_kms_key": {"k": {"enable_key_rotation": True}},
        }
    }
    _, left = mutants.survivors(document)
    assert {mutant.address for mutant in left} == {"aws_guardduty_detector.d"}


def test_mutants_leave_the_system_as_it_was() -> None:
    document: Document = {"resource": {"aws_kms_key": {"k": {"enable_key_rotation": True}}}}
    for mutant in mutants.mutants(document):
        mutant.of(document)
    (finding,) = checks()["keys.rotated"](configuration.graph(document, name="test", source="test"))
    assert finding.verdict is Verdict.PASS
