"""What is deployed is written when it is quiet and at the end, and read again; or set aside, whole."""

from __future__ import annotations

import pickle
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from localcloud import persistence
from localcloud.persistence import FILE, Store
from tests.localcloud.server import Server, start, stop
from tests.localcloud.test_awslambda import create as create_function

ACCOUNT, REGION = "123456789012", "eu-central-2"


@pytest.fixture
def topics(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """moto's SNS in one region, empty before and after."""
    from moto.sns.models import sns_backends

    monkeypatch.setattr(persistence, "QUIET_SECONDS", 0.1)
    backends: Any = sns_backends
    backends.reset()
    yield backends
    backends.reset()


def names(topics: Any) -> list[str]:
    return [topic.name for topic in topics[ACCOUNT][REGION].topics.values()]


def create(topics: Any, name: str) -> None:
    topics[ACCOUNT][REGION].create_topic(name=name)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_without_a_file_there_is_nothing_to_load(tmp_path: Path) -> None:
    assert Store(tmp_path).load() == ""


def test_it_is_written_when_it_is_quiet_and_read_again(tmp_path: Path, topics: Any) -> None:
    store = Store(tmp_path)
    create(topics, "alerts")
    store.changed()
    wait_until((tmp_path / FILE).is_file)
    topics.reset()
    assert names(topics) == []
    assert Store(tmp_path).load() == ""
    assert names(topics) == ["alerts"]


def test_it_is_written_at_the_end_without_waiting_for_quiet(
    tmp_path: Path, topics: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(persistence, "QUIET_SECONDS", 60)
    store = Store(tmp_path)
    create(topics, "alerts")
    store.changed()
    store.close()
    topics.reset()
    Store(tmp_path).load()
    assert names(topics) == ["alerts"]


def test_locks_are_made_anew(tmp_path: Path, topics: Any) -> None:
    create(topics, "alerts")
    backend = topics[ACCOUNT][REGION]
    backend.lock = threading.Lock()
    with backend.lock:
        Store(tmp_path).close()
    topics.reset()
    Store(tmp_path).load()
    assert topics[ACCOUNT][REGION].lock.acquire(blocking=False)


class Changing:
    """What cannot be written at first: a request changes it meanwhile."""

    attempts = 0

    def __reduce__(self) -> tuple[type, tuple[()]]:
        type(self).attempts += 1
        if type(self).attempts == 1:
            raise RuntimeError("dictionary changed size during iteration")
        return (object, ())


@pytest.mark.parametrize("way", ["at the end", "when it is quiet"])
def test_what_changes_meanwhile_is_written_the_next_time(
    tmp_path: Path, topics: Any, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(Changing, "attempts", 0)
    topics[ACCOUNT][REGION].changing = Changing()
    store = Store(tmp_path)
    if way == "at the end":
        store.close()
    else:
        store.changed()
    wait_until((tmp_path / FILE).is_file)
    assert Changing.attempts == 2


def test_what_can_never_be_written_leaves_the_old_file(
    tmp_path: Path, topics: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(persistence, "_PAUSE", 0)
    create(topics, "alerts")
    Store(tmp_path).close()
    before = (tmp_path / FILE).read_bytes()
    topics[ACCOUNT][REGION].unwritable = (letter for letter in "")
    with pytest.raises(TypeError, match="cannot pickle"):
        Store(tmp_path).close()
    assert (tmp_path / FILE).read_bytes() == before


def test_iam_of_partitions_that_only_moto_looked_into_is_not_written(tmp_path: Path) -> None:
    from moto.iam.models import iam_backends

    backends: Any = iam_backends
    backends.reset()
    try:
        for partition in ("aws", "aws-cn", "aws-us-gov"):
            assert backends[ACCOUNT][partition].roles == {}
        backends[ACCOUNT]["aws"].create_role("made", "{}", "/", None, "", [], 3600)
        backends[ACCOUNT]["aws-us-gov"].create_group("made")
        Store(tmp_path).close()
        backends.clear()
        assert Store(tmp_path).load() == ""
        assert set(backends[ACCOUNT].keys()) == {"aws", "aws-us-gov"}
        assert [role.name for role in backends[ACCOUNT]["aws"].roles.values()] == ["made"]
    finally:
        backends.reset()


def test_a_folder_that_was_deleted_is_not_made_again(tmp_path: Path) -> None:
    store = Store(tmp_path / "local")
    store.close()
    assert not (tmp_path / "local").exists()


@pytest.mark.parametrize(
    ("stored", "why"),
    [
        ({"by": "moto 0.1", "backends": {}}, "written by moto 0.1"),
        ({"backends": {}}, "by"),
        ({"by": persistence._written_by(), "backends": {("moto.sns.models", "Gone"): {}}}, "Gone"),
        ({"by": persistence._written_by(), "backends": {("moto.gone", "Gone"): {}}}, "moto.gone"),
    ],
)
def test_a_file_of_another_version_is_set_aside(tmp_path: Path, stored: dict[str, Any], why: str) -> None:
    content = pickle.dumps(stored)
    (tmp_path / FILE).write_bytes(content)
    notice = Store(tmp_path).load()
    assert why in notice
    (aside,) = tmp_path.iterdir()
    assert aside.name.startswith("state.unreadable-")
    assert aside.name in notice
    assert aside.read_bytes() == content


def again(server: Server) -> Server:
    stop(server)
    return start(server.directory)


@pytest.mark.server
def test_everything_survives_a_restart(tmp_path: Path) -> None:
    server = start(tmp_path)
    kms, table = server.client("kms"), "locks"
    signing = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256")["KeyMetadata"]["KeyId"]
    sealing = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/sealing", TargetKeyId=sealing)
    signature = kms.sign(KeyId=signing, Message=b"m", SigningAlgorithm="ECDSA_SHA_256")["Signature"]
    sealed = kms.encrypt(KeyId=sealing, Plaintext=b"text")["CiphertextBlob"]
    server.client("s3", "us-east-1").create_bucket(Bucket="kept")
    server.client("s3").put_object(Bucket="kept", Key="state", Body=b"state")
    server.client("dynamodb").create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
    )
    server.client("dynamodb").put_item(TableName=table, Item={"LockID": {"S": "held"}})
    server.client("ssm").put_parameter(Name="kept", Value="text", Type="String")
    function = create_function(server, "def handler(event, context):\n    return event")
    arn = server.client("lambda").get_function(FunctionName=function)["Configuration"]["FunctionArn"]
    server = again(again(server))
    try:
        assert server.client("ssm").get_parameter(Name="kept")["Parameter"]["Value"] == "text"
        answer = server.client("lambda").invoke(FunctionName=arn, Payload=b'"asked"')
        assert answer["Payload"].read() == b'"asked"'
        kms = server.client("kms")
        assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"text"
        assert kms.describe_key(KeyId="alias/sealing")["KeyMetadata"]["KeyId"] == sealing
        assert kms.verify(KeyId=signing, Message=b"m", Signature=signature, SigningAlgorithm="ECDSA_SHA_256")[
            "SignatureValid"
        ]
        assert server.client("s3").get_object(Bucket="kept", Key="state")["Body"].read() == b"state"
        found = server.client("dynamodb").get_item(TableName=table, Key={"LockID": {"S": "held"}})
        assert found["Item"] == {"LockID": {"S": "held"}}
    finally:
        stop(server)
