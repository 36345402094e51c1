"""Every policy of the regulated systems is one that readers of policies understand, and none is wider than it need be."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from operations.compliance import facts
from tests.checkov.install import install
from tests.compliance import mutants

READER = Path(__file__).with_name("policy_reader.py")
ANY_ARN = "arn:aws:service:eu-central-2:123456789012:any"
KEYS = {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}


class Policies:
    """The policy documents of the systems."""

    def __init__(self, stacks: dict[str, mutants.Document]) -> None:
        self.documents = {
            f"{type_}.{name}.{argument} in {stack}": json.loads(re.sub(r"\$\{[^}]*\}", ANY_ARN, text))
            for stack, document in stacks.items()
            for type_, named in document["resource"].items()
            for name, block in named.items()
            for argument, text in block.items()
            if isinstance(text, str) and '"Statement"' in text
        }

    def statements(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for address, document in self.documents.items():
            for statement in document["Statement"]:
                yield address, statement

    def actions(self) -> list[str]:
        """All that are written out."""
        found: set[str] = set()
        for _, statement in self.statements():
            found.update(_list(statement["Action"]))
        return sorted(action for action in found if "*" not in action)


def _list(actions: str | list[str]) -> list[str]:
    return [actions] if isinstance(actions, str) else actions


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> Policies:
    documents = mutants.synthesized("prod", tmp_path_factory.mktemp("regulated"))
    return Policies(documents)


def read_by_others(actions: list[str], documents: dict[str, Any]) -> dict[str, Any]:
    """What readers of policies say, in Checkov's environment, which has them."""
    done = subprocess.run(
        [str(install().with_name("python")), str(READER)],
        input=json.dumps({"actions": actions, "policies": documents}),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def read(policies: Policies) -> dict[str, Any]:
    of_identities = {
        address: document
        for address, document in policies.documents.items()
        if address.startswith("aws_iam_policy.")
    }
    assert len(of_identities) >= 4
    return read_by_others(policies.actions(), of_identities)


@pytest.mark.slow
def test_every_document_is_well_formed(policies: Policies) -> None:
    assert len(policies.documents) > 20
    for address, document in policies.documents.items():
        assert document.keys() == {"Version", "Statement"}, address
        assert document["Version"] == "2012-10-17"
        sids = [statement["Sid"] for statement in document["Statement"]]
        assert len(set(sids)) == len(sids)
        assert all(re.fullmatch(r"[A-Za-z0-9]+", sid) for sid in sids)
    for address, statement in policies.statements():
        assert statement.keys() <= KEYS, address


@pytest.mark.slow
def test_every_action_exists(read: dict[str, Any]) -> None:
    assert read["unknown"] == []


@pytest.mark.slow
def test_our_table_knows_which_actions_know_no_resource(policies: Policies, read: dict[str, Any]) -> None:
    ours = [action for action in policies.actions() if not facts.can_be_narrowed(action)]
    assert ours == read["without_resources"]


@pytest.mark.slow
def test_no_action_that_knows_no_resource_is_granted_on_one(policies: Policies) -> None:
    """IAM takes such a statement, and it grants nothing."""
    void = [
        f"{action} in {address}"
        for address, statement in policies.statements()
        if address.startswith("aws_iam_policy.")
        and statement["Effect"] == "Allow"
        and statement["Resource"] != "*"
        for action in _list(statement["Action"])
        if not facts.can_be_narrowed(action)
    ]
    assert void == []


@pytest.mark.slow
def test_no_identity_may_more_than_it_needs(read: dict[str, Any]) -> None:
    assert {address: risks for address, risks in read["risks"].items() if risks} == {}


@pytest.mark.slow
def test_the_readers_do_object() -> None:
    wide = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": ["s3:GetObject", "iam:PassRole", "s3:*"], "Resource": "*"}
        ],
    }
    found = read_by_others(["s3:GetObjects"], {"planted": wide})
    assert found["unknown"] == ["s3:GetObjects"]
    assert {"takes data out", "whole services"} <= found["risks"]["planted"].keys()
