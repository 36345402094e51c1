"""Python looks for garbage later than it does by itself, and never earlier than somebody wanted."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from modules.lazy_bindings import garbage
from tests.modules.lazy_bindings.programs import run

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def test_it_begins_later() -> None:
    gc.set_threshold(700, 10, 10)
    garbage.install()
    assert gc.get_threshold() == (garbage.ALLOCATIONS, 10, 10)


@pytest.mark.parametrize("chosen", [0, garbage.ALLOCATIONS + 1])
def test_what_somebody_chose_stays(chosen: int) -> None:
    """0 turns it off."""
    gc.set_threshold(chosen, 5, 5)
    garbage.install()
    assert gc.get_threshold() == (chosen, 5, 5)


def test_what_is_garbage_is_found_all_the_same() -> None:
    garbage.install()
    found: list[int] = []

    class Cycle:
        def __init__(self) -> None:
            self.me = self

        def __del__(self) -> None:
            found.append(1)

    for _ in range(garbage.ALLOCATIONS):
        Cycle()
        if found:
            break
    assert found


@pytest.mark.slow
def test_at_the_end_nothing_is_looked_at() -> None:
    program = """
import atexit, gc
atexit.register(lambda: print(gc.get_freeze_count() > 0))  # called after what is registered later
from modules.lazy_bindings import garbage
from tests.modules.lazy_bindings.programs import run
garbage.install()
"""
    assert run(["-c", program]).stdout == "True\n"
