"""KMS: each gap in moto is told apart from what we fill."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.server import Server

pytestmark = pytest.mark.server

Check = Callable[[Server], None]


def key(server: Server) -> str:
    return str(server.client("kms").create_key()["KeyMetadata"]["KeyId"])


def the_period_is_kept(server: Server) -> None:
    kms, name = server.client("kms"), key(server)
    kms.enable_key_rotation(KeyId=name, RotationPeriodInDays=120)
    status = kms.get_key_rotation_status(KeyId=name)
    assert status["KeyRotationEnabled"] is True
    assert status.get("RotationPeriodInDays") == 120
    left = status["NextRotationDate"] - datetime.now(UTC)
    assert timedelta(days=119) < left <= timedelta(days=120)


def the_period_can_be_changed(server: Server) -> None:
    kms, name = server.client("kms"), key(server)
    kms.enable_key_rotation(KeyId=name, RotationPeriodInDays=120)
    kms.enable_key_rotation(KeyId=name, RotationPeriodInDays=365)
    assert kms.get_key_rotation_status(KeyId=name).get("RotationPeriodInDays") == 365


def a_year_is_the_default(server: Server) -> None:
    kms, name = server.client("kms"), key(server)
    kms.enable_key_rotation(KeyId=name)
    assert kms.get_key_rotation_status(KeyId=name).get("RotationPeriodInDays") == 365


def a_period_out_of_range_is_refused(server: Server) -> None:
    name = key(server)
    with pytest.raises(ClientError, match="between 90 and 2560"):
        server.client("kms").enable_key_rotation(KeyId=name, RotationPeriodInDays=2561)
    assert server.client("kms").get_key_rotation_status(KeyId=name)["KeyRotationEnabled"] is False


def a_key_is_rotated_on_demand_by_its_id(server: Server) -> None:
    kms, name = server.client("kms"), key(server)
    kms.create_alias(AliasName=f"alias/{name}", TargetKeyId=name)
    kms.rotate_key_on_demand(KeyId=name)
    (rotation,) = kms.list_key_rotations(KeyId=name)["Rotations"]
    assert (rotation["KeyId"], rotation["RotationType"]) == (name, "ON_DEMAND")
    with pytest.raises(ClientError, match="Invalid keyId"):
        kms.rotate_key_on_demand(KeyId=f"alias/{name}")


GAPS: list[Check] = [
    a_key_is_rotated_on_demand_by_its_id,
    the_period_is_kept,
    the_period_can_be_changed,
    a_year_is_the_default,
    a_period_out_of_range_is_refused,
]


@pytest.mark.parametrize("check", GAPS, ids=lambda check: check.__name__)
def test_filled(check: Check, local_aws: Server) -> None:
    check(local_aws)


@pytest.mark.parametrize("check", GAPS, ids=lambda check: check.__name__)
def test_still_missing_in_moto(check: Check, plain_moto: Server) -> None:
    with pytest.raises((AssertionError, KeyError, pytest.fail.Exception)):
        check(plain_moto)


def test_without_rotation_there_is_no_period(local_aws: Server) -> None:
    kms, name = local_aws.client("kms"), key(local_aws)
    kms.enable_key_rotation(KeyId=name)
    kms.disable_key_rotation(KeyId=name)
    status = kms.get_key_rotation_status(KeyId=name)
    assert status["KeyRotationEnabled"] is False
    assert "RotationPeriodInDays" not in status
