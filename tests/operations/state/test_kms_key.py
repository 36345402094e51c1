"""The key of the states: ours rotates; somebody else's is used as it is."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from environments.problem import Problem
from operations.state import kms_key
from tests.localcloud.server import Server

pytestmark = pytest.mark.server


@pytest.fixture
def kms(aws: Server) -> Any:
    return aws.client("kms")


@pytest.fixture
def alias(backend: Any) -> str:
    return str(backend.kms_key_id)


def test_a_new_key_rotates_and_carries_the_tag(kms: Any, alias: str) -> None:
    arn, became = kms_key.ensure(kms, alias)
    assert became == "created"
    assert kms.describe_key(KeyId=alias)["KeyMetadata"]["Arn"] == arn
    assert kms.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"]
    assert kms_key.is_ours(kms, arn)


def test_rotation_that_somebody_turned_off_is_turned_on(kms: Any, alias: str) -> None:
    arn, _ = kms_key.ensure(kms, alias)
    kms.disable_key_rotation(KeyId=arn)
    assert kms_key.ensure(kms, alias) == (arn, "corrected: rotation")
    assert kms.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"]


@pytest.mark.parametrize("by", ["alias", "arn"])
def test_a_key_of_somebody_else_is_used_and_not_changed(kms: Any, alias: str, by: str) -> None:
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName=alias, TargetKeyId=arn)
    found, became = kms_key.ensure(kms, alias if by == "alias" else arn)
    assert found == arn
    assert became == "already there; not created by holdfast, so left as it is"
    assert not kms.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"]


def test_a_key_that_will_be_deleted_is_refused(kms: Any, alias: str) -> None:
    arn, _ = kms_key.ensure(kms, alias)
    kms.schedule_key_deletion(KeyId=arn.rpartition("/")[2], PendingWindowInDays=7)
    with pytest.raises(Problem, match="cannot be used") as caught:
        kms_key.ensure(kms, alias)
    assert caught.value.given == f"{alias} is PendingDeletion"


def test_an_arn_of_no_key_is_refused(kms: Any) -> None:
    arn = "arn:aws:kms:eu-central-2:123456789012:key/00000000-0000-0000-0000-000000000000"
    with pytest.raises(Problem, match="does not exist") as caught:
        kms_key.check(kms, arn)
    assert caught.value.given == arn


@pytest.mark.parametrize("code", ["AccessDeniedException", "KMSInternalException"])
def test_a_key_that_keeps_its_tags_to_itself_is_not_ours(kms: Any, alias: str, code: str) -> None:
    """Its policy leaves these credentials out; any other refusal is told."""
    made = {"KeyId": "made", "Arn": "arn:aws:kms:eu-central-2:123456789012:key/made"}
    with Stubber(kms) as stubber:
        stubber.add_client_error("describe_key", "NotFoundException")
        stubber.add_response("list_aliases", {"Aliases": [{"TargetKeyId": "named"}]})
        stubber.add_response("list_keys", {"Keys": [{"KeyId": "named"}, {"KeyId": "closed"}]})
        stubber.add_client_error("list_resource_tags", code, expected_params={"KeyId": "closed"})
        if code != "AccessDeniedException":
            with pytest.raises(ClientError, match=code):
                kms_key.ensure(kms, alias)
            return
        stubber.add_response("create_key", {"KeyMetadata": made})
        stubber.add_response("enable_key_rotation", {})
        stubber.add_response("create_alias", {})
        assert kms_key.ensure(kms, alias) == (made["Arn"], "created")


def test_a_key_that_may_not_be_looked_at_is_no_missing_key(kms: Any, alias: str) -> None:
    with Stubber(kms) as stubber:
        stubber.add_client_error("describe_key", "AccessDeniedException")
        with pytest.raises(ClientError, match="AccessDeniedException"):
            kms_key.check(kms, alias)
