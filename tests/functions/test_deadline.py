"""One limit of time for a whole step."""

from __future__ import annotations

import threading
import time

import pytest

from functions.rotation.deadline import Deadline
from tests.functions.rotating import Context


@pytest.mark.parametrize(("lambda_leaves", "step_has"), [(60.0, 58.0), (10.0, 8.0), (1.0, 0.8)])
def test_a_step_leaves_time_to_tell_its_failure(lambda_leaves: float, step_has: float) -> None:
    assert Deadline.of(Context(lambda_leaves)).remaining() == pytest.approx(step_has, abs=0.05)


def test_without_a_context_there_is_a_limit_too() -> None:
    assert Deadline.of(None).remaining() == pytest.approx(30, abs=0.05)


def test_nothing_is_left_at_the_end() -> None:
    with pytest.raises(TimeoutError, match="the time of the step is over"):
        Deadline(0).remaining()


def test_a_part_has_no_more_than_it_needs_and_half_of_what_is_left() -> None:
    assert Deadline(60).part(15).remaining() == pytest.approx(15, abs=0.05)
    assert Deadline(10).part(15).remaining() == pytest.approx(5, abs=0.05)
    assert Deadline(60).remaining(at_most=10) == 10


def test_the_result_of_a_call_is_its_own() -> None:
    assert Deadline(5).wait_for(lambda: 17) == 17


@pytest.mark.parametrize("error", [ValueError("one"), SystemExit(3), KeyboardInterrupt()])
def test_the_error_of_a_call_is_its_own(error: BaseException) -> None:
    def call() -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        Deadline(5).wait_for(call)
    assert raised.value is error


def test_a_call_that_does_not_come_back_is_left_alone() -> None:
    release = threading.Event()
    started = time.monotonic()
    with pytest.raises(TimeoutError, match=r"no answer within 0\.\d s"):
        Deadline(0.1).wait_for(release.wait)
    assert time.monotonic() - started < 2
    release.set()
