"""One server at a time for a directory, whatever becomes of its process."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from localcloud.lock import FILE, DirectoryLock, Holder

ROOT = Path(__file__).parents[2]
TAKE = """
import gc, os, sys
from pathlib import Path
from localcloud.lock import DirectoryLock, Holder
taken = DirectoryLock(Path(sys.argv[1])).take(Holder(pid=os.getpid(), port=5055))
gc.collect()
print("taken" if taken else "not taken", flush=True)
sys.stdin.read()
"""
TAKE_AND_WRITE_LATER = """
import fcntl, json, os, sys, time
file = open(sys.argv[1] + "/server.lock", "w")
fcntl.flock(file, fcntl.LOCK_EX)
print("taken", flush=True)
time.sleep(0.3)
file.write(json.dumps({"pid": os.getpid(), "port": 5055}))
file.flush()
sys.stdin.read()
"""

Process = subprocess.Popen[str]


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Callable[[str], Process]]:
    """Starts another process that takes the lock, and keeps it until the end of the test."""
    processes: list[Process] = []

    def begin(script: str) -> Process:
        process = subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "taken\n"
        return process

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


def test_nobody_has_it_at_first(tmp_path: Path) -> None:
    lock = DirectoryLock(tmp_path)
    assert not lock.exists()
    assert lock.holder() is None


def test_nobody_has_it_in_a_directory_that_is_not_there(tmp_path: Path) -> None:
    assert DirectoryLock(tmp_path / "nowhere").holder() is None


def test_who_has_it_has_it_until_the_process_ends(tmp_path: Path, other: Callable[[str], Process]) -> None:
    process = other(TAKE)
    lock = DirectoryLock(tmp_path)
    assert lock.exists()
    assert lock.holder() == Holder(pid=process.pid, port=5055)
    assert not lock.take(Holder(pid=os.getpid(), port=1))
    assert lock.holder() == Holder(pid=process.pid, port=5055)


def test_a_killed_process_has_it_no_more(tmp_path: Path, other: Callable[[str], Process]) -> None:
    process = other(TAKE)
    process.kill()
    process.wait()
    lock = DirectoryLock(tmp_path)
    assert str(process.pid) in (tmp_path / FILE).read_text(encoding="utf-8")
    assert lock.holder() is None
    successor = other(TAKE)
    assert lock.holder() == Holder(pid=successor.pid, port=5055)


def test_what_a_file_says_without_a_process_does_not_count(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(f'{{"pid": {os.getpid()}, "port": 5055, "more": "than there should be"}}')
    assert DirectoryLock(tmp_path).holder() is None


def test_a_holder_that_has_not_written_who_it_is_is_waited_for(
    tmp_path: Path, other: Callable[[str], Process]
) -> None:
    process = other(TAKE_AND_WRITE_LATER)
    assert DirectoryLock(tmp_path).holder() == Holder(pid=process.pid, port=5055)


def test_it_is_tried_for_as_long_as_asked(tmp_path: Path, other: Callable[[str], Process]) -> None:
    other(TAKE)
    started = time.monotonic()
    assert not DirectoryLock(tmp_path).take(Holder(pid=os.getpid(), port=1), seconds=0.2)
    assert 0.2 < time.monotonic() - started < 2
