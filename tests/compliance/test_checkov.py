"""Checkov finds nothing in the regulated systems but what is waived."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.checkov.install import LOCK, install, requirements
from tests.compliance import waivers
from tests.compliance.scan import Result, policy_documents, scan

ROOT = Path(__file__).parents[2]
WAIVERS = Path(__file__).with_name("waivers.toml")


@pytest.fixture(scope="module")
def checkov() -> Path:
    return install()


@pytest.fixture(scope="module")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("regulated")
    environment = {**os.environ, "HOLDFAST_ENVIRONMENT": "prod", "CDKTF_OUTDIR": str(folder)}
    subprocess.run([sys.executable, "main.py"], cwd=ROOT, env=environment, check=True)
    return folder / "stacks"


@pytest.fixture(scope="module")
def stack(stacks: Path) -> Path:
    return stacks / "citizen-data" / "cdk.tf.json"


@pytest.fixture(scope="module")
def results(checkov: Path, stack: Path) -> list[Result]:
    return scan(checkov, stack)


@pytest.fixture(scope="module")
def of_database_ha(checkov: Path, stacks: Path) -> list[Result]:
    return scan(checkov, stacks / "database-ha" / "cdk.tf.json")


@pytest.mark.slow
def test_nothing_is_found_but_what_is_waived(results: list[Result], of_database_ha: list[Result]) -> None:
    everything = results + of_database_ha
    assert waivers.objections(everything, waivers.read(WAIVERS), datetime.now(UTC).date()) == []


@pytest.mark.slow
@pytest.mark.parametrize("check", ["CKV_AWS_145", "CKV_AWS_21", "CKV2_AWS_6", "CKV2_AWS_61", "CKV_AWS_18"])
def test_checkov_does_look_at_the_buckets(of_database_ha: list[Result], check: str) -> None:
    assert [one for one in of_database_ha if one.check == check and one.address.startswith("aws_s3_bucket.")]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "check"),
    [
        ("aws_db_instance", "CKV_AWS_16"),
        ("aws_efs_file_system", "CKV_AWS_184"),
        ("aws_backup_vault", "CKV_AWS_166"),
        ("aws_lambda_function", "CKV_AWS_117"),
        ("aws_vpc", "CKV2_AWS_12"),
        ("aws_kms_key", "CKV_AWS_33"),
        ("aws_iam_policy", "CKV_AWS_286"),
        ("aws_sns_topic_policy", "CKV_AWS_169"),
    ],
)
def test_checkov_does_look_at_what_matters(results: list[Result], kind: str, check: str) -> None:
    assert [result for result in results if result.check == check and result.address.startswith(f"{kind}.")]


@pytest.mark.slow
def test_every_finding_has_the_address_that_terraform_uses(results: list[Result], stack: Path) -> None:
    resources = json.loads(stack.read_text(encoding="utf-8"))["resource"]
    addresses = {f"{kind}.{name}" for kind, named in resources.items() for name in named}
    assert {result.address for result in results if not result.passed} <= addresses


@pytest.mark.slow
def test_a_planted_fault_is_found(checkov: Path, tmp_path: Path) -> None:
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    planted: dict[str, Any] = {
        "aws_db_instance": {"open": {"publicly_accessible": True, "storage_encrypted": False}},
        "aws_iam_role_policy": {"all": {"role": "${aws_iam_role.r.id}", "policy": json.dumps(everything)}},
    }
    file = tmp_path / "cdk.tf.json"
    file.write_text(json.dumps({"resource": planted}, indent=2), encoding="utf-8")
    found = {(result.check, result.address) for result in scan(checkov, file) if not result.passed}
    assert {
        ("CKV_AWS_16", "aws_db_instance.open"),
        ("CKV_AWS_17", "aws_db_instance.open"),
        ("CKV_AWS_286", "aws_iam_role_policy.all"),
        ("CKV_AWS_355", "aws_iam_role_policy.all"),
    } <= found


@pytest.mark.slow
def test_a_file_that_checkov_cannot_read_is_an_error(checkov: Path, tmp_path: Path) -> None:
    file = tmp_path / "cdk.tf.json"
    file.write_text('{"resource": {}}', encoding="utf-8")
    with pytest.raises(RuntimeError, match="could not read"):
        scan(checkov, file)


@pytest.mark.slow
def test_checkov_is_installed_once(checkov: Path) -> None:
    before = checkov.stat().st_mtime_ns
    assert install() == checkov
    assert checkov.stat().st_mtime_ns == before


def test_the_lock_names_no_index_and_has_a_hash_for_each_package() -> None:
    lock = json.loads(LOCK.read_text(encoding="utf-8"))
    assert lock["_meta"]["sources"] == []
    lines = requirements(lock)
    assert len(lines) == len(lock["default"])
    assert all(" --hash=sha256:" in line for line in lines)
    assert any(line.startswith("checkov==") for line in lines)


def test_policy_documents_keep_their_statements_and_lose_their_references() -> None:
    document = {
        "Statement": [{"Effect": "Allow", "Action": "sns:Publish", "Resource": "${aws_sns_topic.t.arn}"}]
    }
    text = policy_documents(
        {
            "aws_iam_role_policy": {"p": {"role": "${aws_iam_role.r.id}", "policy": json.dumps(document)}},
            "aws_iam_role": {"r": {"name": "dr-role"}},
        }
    )
    assert text.startswith('resource "aws_iam_role_policy" "p" {')
    assert '"Action": "sns:Publish"' in text
    assert "${" not in text
    assert "dr-role" not in text
