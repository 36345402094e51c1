"""The database's entry in Secrets Manager: made with a password that nobody sees, and checked without showing it."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from environments.problem import Problem
from operations import secret_entry
from operations.secret_entry import Entry
from tests.localcloud.server import REGION, Server

pytestmark = pytest.mark.server

PASSWORD = "Correct-horse-7391"


@pytest.fixture
def entry() -> Entry:
    return Entry(
        stack="citizen-data",
        name=f"credentials-{uuid.uuid4().hex[:8]}",
        region=REGION,
        username="citizen_admin",
        dbname="citizens",
    )


@pytest.fixture
def secrets(aws: Server) -> Any:
    return aws.client("secretsmanager")


def stack(**provider: str) -> dict[str, Any]:
    return {
        "//": {"metadata": {"stackName": "citizen-data"}},
        "provider": {"aws": [provider]},
        "data": {
            "aws_secretsmanager_secret": {
                "made": {"name": "${aws_secretsmanager_secret.made.name}"},
                "it": {"name": "dr-db-credentials-dev"},
            }
        },
        "resource": {
            "aws_db_instance": {
                "replica": {"replicate_source_db": "it"},
                "it": {"username": "citizen_admin", "db_name": "citizens"},
            }
        },
    }


def test_a_stack_says_which_entry_it_reads() -> None:
    assert secret_entry.entry_of(stack(region=REGION)) == Entry(
        stack="citizen-data",
        name="dr-db-credentials-dev",
        region=REGION,
        username="citizen_admin",
        dbname="citizens",
    )


def test_the_user_of_a_cluster_is_called_otherwise() -> None:
    of_a_cluster = stack(region=REGION)
    of_a_cluster["resource"] = {
        "aws_rds_cluster": {"it": {"master_username": "dbadmin", "database_name": "app"}}
    }
    entry = secret_entry.entry_of(of_a_cluster)
    assert entry is not None
    assert (entry.username, entry.dbname) == ("dbadmin", "app")


def test_a_stack_that_creates_its_own_reads_none() -> None:
    own = stack(region=REGION)
    del own["data"]["aws_secretsmanager_secret"]["it"]
    assert secret_entry.entry_of(own) is None
    assert secret_entry.entry_of(stack()) is None


def value_of(secrets: Any, entry: Entry) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(secrets.get_secret_value(SecretId=entry.name)["SecretString"])
    return fields


def put(secrets: Any, entry: Entry, **value: Any) -> None:
    secrets.create_secret(Name=entry.name, **value)


def test_it_is_created_once_with_a_password_that_fits(secrets: Any, entry: Entry) -> None:
    assert secret_entry.create(entry, tags=[secret_entry.MARK])
    first = value_of(secrets, entry)
    assert first == {
        "engine": "postgres",
        "username": "citizen_admin",
        "password": first["password"],
        "dbname": "citizens",
    }
    assert len(first["password"]) == 32
    assert not set(first["password"]) & set("\"'/@\\ :%?#&")
    assert not secret_entry.create(entry)
    assert value_of(secrets, entry) == first
    secret_entry.check(entry)


def test_one_that_is_missing_is_told_with_the_way_to_make_it(secrets: Any, entry: Entry) -> None:
    with pytest.raises(Problem, match="does not exist in eu-central-2") as caught:
        secret_entry.check(entry)
    assert "holdfast secret create citizen-data," in str(caught.value.fix)


def test_one_without_a_value_gets_one(secrets: Any, entry: Entry) -> None:
    put(secrets, entry)
    assert not secret_entry.exists(entry)
    assert secret_entry.create(entry)
    assert value_of(secrets, entry)["username"] == "citizen_admin"


def test_one_that_will_be_deleted_is_told(secrets: Any, entry: Entry) -> None:
    secret_entry.create(entry)
    secrets.delete_secret(SecretId=entry.name, RecoveryWindowInDays=7)
    with pytest.raises(Problem, match="marked for deletion") as caught:
        secret_entry.create(entry)
    assert "restore-secret" in str(caught.value.fix)


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (PASSWORD, "is not a JSON object"),
        (json.dumps([PASSWORD]), "is not a JSON object"),
        (json.dumps({"engine": "postgres", "pass": PASSWORD}), "lacks username and password"),
        (json.dumps({"username": "", "password": PASSWORD}), "lacks username"),
        (json.dumps({"username": "citizen_admin", "password": 7391}), "lacks password"),
        (json.dumps({"username": "other", "password": PASSWORD}), "is of another user"),
        (json.dumps({"username": "citizen_admin", "password": PASSWORD[:7]}), "RDS would refuse"),
        (json.dumps({"username": "citizen_admin", "password": PASSWORD * 10}), "RDS would refuse"),
        *(
            (json.dumps({"username": "citizen_admin", "password": PASSWORD + wrong}), "RDS would refuse")
            for wrong in '/@" é\n'
        ),
    ],
)
def test_a_value_that_cannot_work_is_told_without_the_password(
    secrets: Any, entry: Entry, value: str, what: str
) -> None:
    put(secrets, entry, SecretString=value)
    with pytest.raises(Problem, match=what) as caught:
        secret_entry.check(entry)
    assert PASSWORD[:7] not in str(caught.value)
    assert "7391" not in str(caught.value)


def test_a_binary_value_is_told(secrets: Any, entry: Entry) -> None:
    put(secrets, entry, SecretBinary=b"\x00")
    with pytest.raises(Problem, match="is not a JSON object"):
        secret_entry.check(entry)


@pytest.mark.parametrize("length", [8, 128])
def test_the_shortest_and_longest_passwords_of_rds_are_accepted(
    secrets: Any, entry: Entry, length: int
) -> None:
    value = {"username": "citizen_admin", "password": ("!~" * 64)[:length]}
    put(secrets, entry, SecretString=json.dumps(value))
    secret_entry.check(entry)


def test_only_an_entry_of_the_demo_is_deleted(secrets: Any, entry: Entry) -> None:
    assert not secret_entry.delete_if_ours(entry)
    secret_entry.create(entry)
    assert not secret_entry.delete_if_ours(entry)
    secrets.tag_resource(SecretId=entry.name, Tags=[secret_entry.MARK])
    assert secret_entry.delete_if_ours(entry)
    assert not secret_entry.exists(entry)
