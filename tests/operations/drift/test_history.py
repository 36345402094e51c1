"""When drift was first seen, whether it is still there, and what is gone."""

from __future__ import annotations

import pytest

from operations.drift import history
from operations.drift.findings import keys
from operations.drift.history import History, Seen, watch
from operations.failure import Failed
from tests.operations.drift.reporting import BEGIN, DATABASE, NOW, changed, weakened

PROTECTION = (DATABASE, "deletion_protection")
TOPIC = ("aws_sns_topic.it", "display_name")


def test_the_first_look() -> None:
    found = watch(History(), keys(changed()), now=BEGIN)
    assert found.new == {TOPIC}
    assert found.first == {TOPIC: BEGIN}
    assert found.gone == ()


def test_still_there_new_and_gone() -> None:
    first = watch(History(), keys(changed()), now=BEGIN)
    second = watch(first.history, keys((*changed(), *weakened())), now=NOW)
    assert second.first[TOPIC] == BEGIN
    assert second.first[PROTECTION] == NOW
    assert PROTECTION in second.new
    assert TOPIC not in second.new
    third = watch(second.history, keys(weakened()), now=NOW)
    ((seen),) = third.gone
    assert (seen.key, seen.first, seen.gone) == (TOPIC, BEGIN, NOW)
    assert third.new == frozenset()


def test_what_went_is_told_once_and_kept() -> None:
    first = watch(History(), keys(changed()), now=BEGIN)
    second = watch(first.history, (), now=NOW)
    third = watch(second.history, (), now=NOW)
    assert len(second.gone) == 1
    assert third.gone == ()
    assert [seen.key for seen in third.history.seen] == [TOPIC]


def test_what_comes_again_is_new_again() -> None:
    first = watch(History(), keys(changed()), now=BEGIN)
    second = watch(watch(first.history, (), now=BEGIN).history, keys(changed()), now=NOW)
    assert second.new == {TOPIC}
    assert second.first[TOPIC] == NOW


def test_it_does_not_grow_for_ever() -> None:
    old = Seen(address="aws_x.it", path="a", first=BEGIN, last=BEGIN, gone=BEGIN)
    kept = watch(History(seen=(old,) * 5_000), keys(changed()), now=NOW).history
    assert len(kept.seen) == 5_000
    assert kept.seen[0].key == TOPIC


def test_it_is_kept_as_it_is_and_without_values() -> None:
    kept = watch(History(), keys((*changed(), *weakened())), now=NOW).history
    text = history.text(kept)
    assert history.parse(text, source="it") == kept
    assert "<b>" not in text


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 2}', '{"seen": [{"address": "a"}]}'])
def test_what_is_no_history_is_told(text: str) -> None:
    with pytest.raises(Failed, match="it: is no history of drift"):
        history.parse(text, source="it")
