"""Commands of the AWS CLI are run as it would run them, and refused as it would refuse them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from tests import aws_cli


class Expecting:
    """Clients that answer the calls that are expected, and no others."""

    def __init__(self) -> None:
        self.rds: Any = boto3.client(
            "rds", region_name="eu-central-2", aws_access_key_id="x", aws_secret_access_key="x"
        )
        self.stub = Stubber(self.rds)
        self.regions: list[str] = []

    def client(self, _service: str, *regions: str) -> Any:
        self.regions += regions
        return self.rds


@pytest.fixture
def expecting() -> Iterator[Expecting]:
    made = Expecting()
    with made.stub:
        yield made
        made.stub.assert_no_pending_responses()


def test_words_become_what_the_api_takes(expecting: Expecting) -> None:
    expecting.stub.add_response(
        "modify_db_instance",
        {},
        {
            "DBInstanceIdentifier": "it",
            "AllocatedStorage": 120,
            "ApplyImmediately": True,
            "DeletionProtection": False,
            "VpcSecurityGroupIds": ["sg-1", "sg-2"],
        },
    )
    command = (
        "aws rds modify-db-instance --db-instance-identifier it --allocated-storage 120 --apply-immediately "
        "--no-deletion-protection --vpc-security-group-ids sg-1 sg-2 --region eu-central-1   # at once"
    )
    assert aws_cli.run(command, expecting.client) == {}
    assert expecting.regions == ["eu-central-1"]


@pytest.mark.parametrize(
    ("options", "printed"),
    [
        ("--query 'DBInstances[].DBInstanceIdentifier'", ["a", "b"]),
        ("--query DBInstances[].DBInstanceIdentifier --output text", "a\tb"),
    ],
)
def test_of_the_answer_what_is_asked_for_is_printed(
    expecting: Expecting, options: str, printed: object
) -> None:
    found = {"DBInstances": [{"DBInstanceIdentifier": "a"}, {"DBInstanceIdentifier": "b"}]}
    expecting.stub.add_response("describe_db_instances", found, {})
    assert aws_cli.run(f"aws rds describe-db-instances {options}", expecting.client) == printed


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("aws rds restore-everything", "rds has no restore-everything"),
        ("aws rds delete-db-instance --name it", "no option --name"),
        ("aws rds delete-db-instance --db-instance-identifier", "wants a value"),
        ("aws rds delete-db-instance --skip-final-snapshot true", "takes no value"),
        ("aws rds delete-db-instance --db-instance-identifier one two", "one value"),
        ("terraform apply", "terraform"),
    ],
)
def test_what_the_cli_would_refuse_is_refused(expecting: Expecting, command: str, why: str) -> None:
    with pytest.raises(AssertionError, match=why):
        aws_cli.run(command, expecting.client)
