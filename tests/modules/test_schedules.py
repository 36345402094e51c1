from __future__ import annotations

import pytest

from modules.backup.schedules import check_schedule, starts, windows_meet
from modules.weeks import DAY

EVERY_DAY = range(7)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("cron(30 2 * * ? *)", {day * DAY + 150 for day in EVERY_DAY}),
        (
            "cron(0 3 1 * ? *)",
            {day * DAY + 180 for day in EVERY_DAY},
        ),  # the first of a month is any day of the week
        ("cron(0 6 ? * 1 *)", {6 * DAY + 360}),  # AWS counts from Sunday
        ("cron(0 6 ? * MON,sun *)", {360, 6 * DAY + 360}),
        ("cron(0 0,22 ? * 2 *)", {0, 22 * 60}),
        ("cron(0 20/2 ? * 2 *)", {20 * 60, 22 * 60}),
        ("cron(0 1-3 ? * 2 *)", {60, 120, 180}),
        ("cron(0 */12 ? * 2 *)", {0, 720}),
        ("cron(0 2 ? * 2#1 *)", {day * DAY + 120 for day in EVERY_DAY}),
        ("cron(0 2 ? * MON-FRI *)", {day * DAY + 120 for day in EVERY_DAY}),
    ],
)
def test_a_schedule_starts_at_these_minutes_of_a_week(schedule: str, expected: set[int]) -> None:
    assert check_schedule(schedule) == schedule
    assert starts(schedule) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("cron(0 2 * * ? *)", "cron(0 2 1 * ? *)", True),
        ("cron(0 2 * * ? *)", "cron(59 2 * * ? *)", True),
        ("cron(0 2 * * ? *)", "cron(0 3 * * ? *)", False),  # they touch
        ("cron(30 23 ? * 7 *)", "cron(0 0 ? * 1 *)", True),  # over midnight
        ("cron(30 23 ? * 1 *)", "cron(0 0 ? * 2 *)", True),  # over the end of the week
        ("cron(0 2 ? * 2 *)", "cron(0 2 ? * 3 *)", False),
    ],
)
def test_start_windows_of_an_hour_meet(one: str, other: str, expected: bool) -> None:
    assert windows_meet(one, other) is windows_meet(other, one) is expected


def test_what_is_no_schedule_starts_never() -> None:
    with pytest.raises(ValueError, match="rate"):
        starts("rate(1 hour)")
