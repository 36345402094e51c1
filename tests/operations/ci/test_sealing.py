"""A plan that is encrypted comes back only as it was, and only to who names what it is of. The key is one of a KMS."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest

from environments.problem import Problem
from operations.ci.sealing import Origin, Seal
from operations.failure import Failed
from operations.saved_plan import SavedPlan
from tests.localcloud.server import Server
from tests.operations.ci.plans import SECRET, save

pytestmark = pytest.mark.server

ORIGIN = Origin(stack="citizen-data", environment="prod", tree="4b825dc642cb6eb9a060e54bf8d69288fbee4904")


@pytest.fixture
def seal(aws: Server) -> Seal:
    kms = aws.client("kms")
    return Seal(kms=kms, key=kms.create_key()["KeyMetadata"]["Arn"])


@pytest.fixture
def saved(tmp_path: Path) -> SavedPlan:
    """What ``holdfast plan`` leaves."""
    return save(tmp_path / "plans" / "citizen-data", stack=ORIGIN.stack, environment=ORIGIN.environment)


@pytest.fixture
def opened(tmp_path: Path) -> SavedPlan:
    return SavedPlan(folder=tmp_path / "elsewhere" / "citizen-data")


def test_it_comes_back_as_it_was_for_its_owner_alone(seal: Seal, saved: SavedPlan, opened: SavedPlan) -> None:
    opened.folder.mkdir(parents=True)
    (opened.folder / "left").touch()
    seal.open(seal.close(saved, ORIGIN), ORIGIN, opened)
    assert [file.read_bytes() for file in opened.files] == [file.read_bytes() for file in saved.files]
    assert opened.folder.stat().st_mode & 0o777 == 0o700
    assert not (opened.folder / "left").exists()


def test_nothing_of_it_can_be_read_and_no_two_are_alike(seal: Seal, saved: SavedPlan) -> None:
    first, second = (seal.close(saved, ORIGIN) for _ in range(2))
    assert SECRET not in first
    assert b"plan.json" not in first
    assert first.partition(b"\n")[0] != second.partition(b"\n")[0]


@pytest.mark.parametrize(
    "other",
    [
        replace(ORIGIN, stack="database-ha"),
        replace(ORIGIN, environment="dev"),
        replace(ORIGIN, tree="0" * 40),
    ],
    ids=["stack", "environment", "files"],
)
def test_that_of_another_system_environment_or_commit_is_refused(
    other: Origin, seal: Seal, saved: SavedPlan, opened: SavedPlan
) -> None:
    with pytest.raises(Problem, match="of another system, environment or commit") as caught:
        seal.open(seal.close(saved, ORIGIN), other, opened)
    assert caught.value.allowed == str(other)
    assert not opened.folder.exists()


def test_every_byte_counts(seal: Seal, saved: SavedPlan, opened: SavedPlan) -> None:
    sealed = seal.close(saved, ORIGIN)
    start = sealed.index(b"\n")
    for position in (*range(0, start, 17), start, start + 1, len(sealed) // 2, len(sealed) - 1):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with pytest.raises(Problem):
            seal.open(bytes(changed), ORIGIN, opened)
        assert not opened.folder.exists()


def test_one_that_was_cut_off_is_refused(seal: Seal, saved: SavedPlan, opened: SavedPlan) -> None:
    sealed = seal.close(saved, ORIGIN)
    for length in (0, 1, 50, sealed.index(b"\n"), sealed.index(b"\n") + 1, len(sealed) - 1):
        with pytest.raises(Problem):
            seal.open(sealed[:length], ORIGIN, opened)
    with pytest.raises(Problem, match="or it was changed"):
        seal.open(sealed + b"more", ORIGIN, opened)


@pytest.mark.parametrize("field", ["key", "nonce"])
def test_a_key_or_nonce_of_another_one_is_refused(
    field: str, seal: Seal, saved: SavedPlan, opened: SavedPlan
) -> None:
    header, _, encrypted = seal.close(saved, ORIGIN).partition(b"\n")
    other = json.loads(seal.close(saved, ORIGIN).partition(b"\n")[0])
    changed = json.dumps({**json.loads(header), field: other[field]}).encode()
    with pytest.raises(Problem, match="or it was changed"):
        seal.open(changed + b"\n" + encrypted, ORIGIN, opened)


@pytest.mark.parametrize("value", ["", "no base64!", base64.b64encode(b"short").decode(), 5])
@pytest.mark.parametrize("field", ["key", "nonce", "format"])
def test_a_header_that_is_none_is_refused(
    field: str, value: object, seal: Seal, saved: SavedPlan, opened: SavedPlan
) -> None:
    header, _, encrypted = seal.close(saved, ORIGIN).partition(b"\n")
    changed = json.dumps({**json.loads(header), field: value}).encode()
    with pytest.raises(Problem):
        seal.open(changed + b"\n" + encrypted, ORIGIN, opened)


def test_a_plan_that_is_not_whole_is_not_encrypted(seal: Seal, saved: SavedPlan) -> None:
    saved.json.write_bytes(b"{}")
    with pytest.raises(Problem, match="is not the file that was planned"):
        seal.close(saved, ORIGIN)


def test_where_the_key_is_not_there_is_nothing(
    seal: Seal, saved: SavedPlan, opened: SavedPlan, aws: Server
) -> None:
    sealed = seal.close(saved, ORIGIN)
    elsewhere = replace(seal, kms=aws.client("kms", "eu-west-1"))
    with pytest.raises((Problem, Failed)):
        elsewhere.open(sealed, ORIGIN, opened)
    assert not opened.folder.exists()
