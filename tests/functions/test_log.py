"""The function's log."""

from __future__ import annotations

import json
import logging

import pytest

from functions.rotation.log import logger


def test_a_message_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    logger()
    logger().warning("first\nsecond", extra={"fields": {"step": "setSecret"}})
    line = json.loads(capsys.readouterr().out)
    assert (line["level"], line["message"], line["step"]) == ("WARNING", "first\nsecond", "setSecret")
    assert line["timestamp"].endswith("+00:00")
    assert not logger().propagate


def test_no_library_writes_what_it_sends() -> None:
    logging.getLogger("botocore").setLevel(logging.NOTSET)
    logger()
    assert logging.getLogger("botocore.parsers").getEffectiveLevel() >= logging.WARNING
