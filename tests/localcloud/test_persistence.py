"""What was deployed is there again after the local AWS was stopped and started."""

from __future__ import annotations

import stat
import time
from pathlib import Path

import pytest

from localcloud.persistence import FILE
from tests.localcloud.conftest import Server, start, stop
from tests.localcloud.test_awslambda import create

pytestmark = pytest.mark.server


def again(server: Server) -> Server:
    stop(server)
    return start(server.directory)


def test_it_survives_a_restart(tmp_path: Path) -> None:
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
    function = create(server, "def handler(event, context):\n    return event")
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


def test_it_is_stored_when_it_is_quiet_readable_by_its_owner_only(tmp_path: Path) -> None:
    server = start(tmp_path)
    try:
        server.client("kms").create_key()
        deadline = time.monotonic() + 20
        while not (tmp_path / FILE).is_file():
            assert time.monotonic() < deadline
            time.sleep(0.2)
        assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    finally:
        server.process.kill()
        server.process.wait(timeout=30)
    server = start(tmp_path)
    try:
        assert len(server.client("kms").list_keys()["Keys"]) == 1
    finally:
        stop(server)


def test_what_cannot_be_read_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a pickle")
    server = start(tmp_path)
    try:
        assert not server.client("kms").list_keys()["Keys"]
        (aside,) = tmp_path.glob("state.unreadable-*")
        assert aside.read_bytes() == b"not a pickle"
        assert aside.name in (tmp_path / "server.log").read_text()
    finally:
        stop(server)
