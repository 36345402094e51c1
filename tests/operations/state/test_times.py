"""Times say how long ago they were."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from operations.state import times

NOW = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=119), "1 hour ago"),
        (timedelta(hours=23), "23 hours ago"),
        (timedelta(days=3, hours=5), "3 days ago"),
        (timedelta(seconds=-5), "just now"),  # clocks differ
    ],
)
def test_an_age_is_in_its_largest_unit(age: timedelta, said: str) -> None:
    assert times.since(NOW - age, now=NOW).endswith(f" UTC, {said}")


def test_the_time_is_that_of_utc() -> None:
    zurich = NOW.astimezone(timezone(timedelta(hours=1)))
    assert times.since(zurich, now=NOW).startswith("2026-11-25 20:00:00 UTC")


def test_what_does_not_say_when_is_unknown() -> None:
    assert times.since(None) == "unknown"
