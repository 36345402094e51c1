"""Runs Checkov, offline, on a synthesized stack."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

POLICY_CHECKS = (
    "CKV_AWS_33,CKV_AWS_60,CKV_AWS_61,CKV_AWS_62,CKV_AWS_63,CKV_AWS_169,CKV_AWS_286,CKV_AWS_287,CKV_AWS_288,"
    "CKV_AWS_289,CKV_AWS_290,CKV_AWS_355,CKV_AWS_385,CKV2_AWS_40"
)
"""The checks that read policy documents."""


class Result(NamedTuple):
    """One check on one resource.

    Args:
        check: id of the check, such as ``CKV_AWS_16``.
        name: what the check wants, in one sentence.
        address: address of the resource in Terraform.
        passed: whether the resource has it.
    """

    check: str
    name: str
    address: str
    passed: bool


def scan(checkov: Path, stack: Path) -> list[Result]:
    """Check a stack's ``cdk.tf.json``.

    Checkov reads Terraform JSON, except for policy documents: there they are text to it, and it skips what it cannot
    read without a word. So the documents are checked once more, written as expressions that it does read.

    Args:
        checkov: the command.
        stack: path of the ``cdk.tf.json``.

    Raises:
        RuntimeError: when Checkov cannot read the file.
    """
    resources: dict[str, dict[str, Any]] = json.loads(stack.read_text(encoding="utf-8"))["resource"]
    with tempfile.TemporaryDirectory() as folder:
        policies = Path(folder) / "policies.tf"
        policies.write_text(policy_documents(resources), encoding="utf-8")
        results = {
            *_run(checkov, stack, "--framework", "terraform_json"),
            *_run(checkov, policies, "--framework", "terraform", "--check", POLICY_CHECKS),
        }
    return sorted(result._replace(address=_address(result.address, resources)) for result in results)


def policy_documents(resources: dict[str, dict[str, Any]]) -> str:
    """Give the policy documents of a stack in HCL, with an ARN in the place of each reference."""
    blocks = []
    for kind, named in resources.items():
        for name, arguments in named.items():
            documents = {
                argument: json.loads(re.sub(r"\$\{[^}]*\}", "arn:aws:iam::123456789012:any", value))
                for argument, value in arguments.items()
                if isinstance(value, str) and value.startswith("{") and '"Statement"' in value
            }
            if documents:
                lines = (
                    f"  {argument} = jsonencode({json.dumps(value)})\n"
                    for argument, value in documents.items()
                )
                blocks.append(f'resource "{kind}" "{name}" {{\n{"".join(lines)}}}\n')
    return "\n".join(blocks)


def _run(checkov: Path, file: Path, *options: str) -> list[Result]:
    command = [
        str(checkov),
        "--file",
        str(file),
        "--skip-download",
        "--output",
        "json",
        "--compact",
        *options,
    ]
    # Nothing else of the environment: an API key would make Checkov send what it reads.
    environment = {"PATH": os.environ["PATH"]}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout) if done.returncode in {0, 1} else {}
    found = report.get("results")
    if found is None or found["parsing_errors"]:
        raise RuntimeError(f"Checkov could not read {file}:\n{done.stdout}\n{done.stderr}")
    return [
        Result(record["check_id"], record["check_name"], record["resource"], passed)
        for group, passed in (("passed_checks", True), ("failed_checks", False))
        for record in found[group]
    ]


def _address(reported: str, resources: dict[str, dict[str, Any]]) -> str:
    # In Terraform JSON Checkov reports the block, resource.<name>, for some of its checks.
    block, _, name = reported.partition(".")
    kinds = [kind for kind, named in resources.items() if name in named]
    return f"{kinds[0]}.{name}" if block == "resource" and len(kinds) == 1 else reported
