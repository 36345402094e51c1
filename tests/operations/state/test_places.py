"""A state has the place that synthesis gives it, and what lies elsewhere is none of ours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from environments.backend import Backend
from environments.problem import Problem
from operations.state import places
from operations.state.places import Place
from tests.operations.tiny import Tiny

DEV = Place(environment="dev", suffix="dev", system="citizen-data")
PULL_REQUEST = Place(environment="dev", suffix="pr-42", system="citizen-data")


def test_a_place_is_its_key_and_back(backend: Backend) -> None:
    assert PULL_REQUEST.key(backend) == "holdfast/dev/pr-42/citizen-data.tfstate"
    for place in (DEV, PULL_REQUEST):
        assert places.place_of(backend, place.key(backend)) == place


@pytest.mark.parametrize(
    "key",
    [
        "other/dev/dev/citizen-data.tfstate",
        "holdfast/dev/citizen-data.tfstate",
        "holdfast/a/b/c/citizen-data.tfstate",
        "holdfast/dev/dev/citizen-data.tfstate.tflock",
        "holdfast/dev/dev/notes.txt",
    ],
)
def test_what_is_elsewhere_is_none_of_ours(backend: Backend, key: str) -> None:
    assert places.place_of(backend, key) is None


def test_people_see_the_suffix_only_where_it_is_another(backend: Backend) -> None:
    assert str(DEV) == "citizen-data (dev)"
    assert str(PULL_REQUEST) == "citizen-data (dev, pr-42)"


def test_the_chosen_place_is_that_of_synthesis(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    (tiny.root / "environments" / "prod.tfvars").write_text('suffix = "live"\n')
    assert places.chosen(tiny.root, "it", None) == Place(environment="dev", suffix="dev", system="it")
    assert places.chosen(tiny.root, "it", "prod").suffix == "live"
    (tiny.root / "cdktf.json").write_text(json.dumps({"context": {"environmentSuffix": "ctx"}}))
    assert places.chosen(tiny.root, "it", "prod").suffix == "ctx"
    monkeypatch.setenv("ENVIRONMENT_SUFFIX", "pr-42")
    monkeypatch.setenv("HOLDFAST_ENVIRONMENT", "prod")
    assert places.chosen(tiny.root, "it", None) == Place(environment="prod", suffix="pr-42", system="it")


def test_an_environment_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="there is no environment 'staging'"):
        places.chosen(tmp_path, "it", "staging")


@pytest.mark.parametrize(
    ("state", "count"),
    [
        (
            b'{"resources": [{"mode": "managed", "instances": [{}, {}]}, {"mode": "data", "instances": [{}]}]}',
            2,
        ),
        (b"{}", 0),
        (b"", None),
        (b"[]", None),
        (b'{"resources": [1]}', None),
        (b"\xff\xfe", None),
    ],
)
def test_resources_are_counted_as_far_as_they_can_be_read(state: bytes, count: int | None) -> None:
    assert places.resources(state) == count
