"""The history lies beside the state."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments.backend import Backend
from operations.drift import keeping
from operations.drift.findings import keys
from operations.drift.history import History, watch
from operations.failure import Failed
from operations.state import creation
from tests.localcloud.server import Server
from tests.operations.drift.reporting import NOW, changed
from tests.operations.tiny import STACK, Tiny

KEPT = watch(History(), keys(changed()), now=NOW).history


def test_without_a_backend_it_is_a_file(tiny: Tiny) -> None:
    store = keeping.of(tiny.project, STACK, environment="dev")
    assert store.load() == History()
    store.save(KEPT)
    assert keeping.of(tiny.project, STACK, environment="dev").load() == KEPT
    assert (tiny.root / ".holdfast" / "drift" / "dev.dev.tiny.json").is_file()
    assert keeping.of(tiny.project, STACK, environment="prod").load() == History()


def test_a_broken_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "it.json"
    file.write_text("{", encoding="utf-8")
    with pytest.raises(Failed, match="is no history of drift"):
        keeping.File(file).load()


@pytest.mark.server
def test_with_a_backend_it_is_beside_the_state_for_every_machine(
    tiny: Tiny, aws: Server, backend: Backend
) -> None:
    creation.bootstrap(backend, lambda _name, _became: None)
    tiny.keep_states_in(backend)
    store = keeping.of(tiny.project, STACK, environment="dev")
    assert store.load() == History()
    store.save(KEPT)
    assert keeping.of(tiny.project, STACK, environment="dev").load() == KEPT
    found = aws.client("s3").list_objects_v2(Bucket=backend.bucket)["Contents"]
    assert [each["Key"] for each in found] == ["holdfast/dev/dev/tiny.drift.json"]


@pytest.mark.server
def test_without_the_bucket_it_cannot_be_kept(tiny: Tiny, aws: Server, backend: Backend) -> None:
    tiny.keep_states_in(backend)
    with pytest.raises(Failed, match="NoSuchBucket"):
        keeping.of(tiny.project, STACK, environment="dev").save(KEPT)
