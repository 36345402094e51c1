"""Nothing in a report is unseen."""

import pytest

from operations.plans.visible import visible, visible_value


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("plain, with ünïcode 日本", "plain, with ünïcode 日本"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[31mred\r", "\\u001b[31mred\\u000d"),
        ("user\u202egnp.exe", "user\\u202egnp.exe"),
        ("no\u200bwidth\ufeff", "no\\u200bwidth\\ufeff"),
    ],
)
def test_text(text: str, seen: str) -> None:
    assert visible(text) == seen


def test_every_text_in_a_value() -> None:
    assert visible_value({"a\x07": ["\x1b", 1, None, True]}) == {"a\\u0007": ["\\u001b", 1, None, True]}
