"""The local AWS starts and stops whatever is in its way, and says what that is."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from pg8000.native import Connection  # type: ignore[import-untyped]

from environments.problem import Problem
from localcloud import authority, lifecycle, persistence, server
from localcloud.lifecycle import LifecycleError, Settings
from localcloud.lock import FILE, DirectoryLock
from tests.localcloud.server import free_port

pytestmark = pytest.mark.server


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[Settings]:
    settings = Settings(port=free_port(), directory=tmp_path / "local")
    yield settings
    with suppress(Problem):
        lifecycle.reset(settings)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """One that runs all the time, started from a shell with an account of its own."""
    settings = Settings(port=free_port(), directory=tmp_path_factory.mktemp("running") / "local")
    with pytest.MonkeyPatch.context() as shell:
        shell.setenv("AWS_PROFILE", "somebody")
        shell.setenv("AWS_SECRET_ACCESS_KEY", "of-a-real-account")
        lifecycle.up(settings)
    yield settings
    lifecycle.reset(settings)


def client(settings: Settings, service: str) -> Any:
    return boto3.client(  # type: ignore[call-overload]
        service,
        region_name="eu-central-2",
        endpoint_url=settings.endpoint,
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


def topics(settings: Settings) -> list[str]:
    found = client(settings, "sns").list_topics()["Topics"]
    return [topic["TopicArn"].rpartition(":")[2] for topic in found]


def stored(settings: Settings) -> bool:
    return (settings.directory / persistence.FILE).is_file()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextmanager
def listening(answer: bytes) -> Iterator[int]:
    """Something else on a port: answers the same to everything, or nothing and keeps silent."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection:
                        connection.recv(1024)
                        connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]


# Started, found, stopped


def test_started_twice_it_is_one(running: Settings) -> None:
    status = lifecycle.status(running)
    assert status.running
    assert status.services["RDS"]
    assert lifecycle.up(running) == status


def test_started_by_two_at_once_it_is_one(ours: Settings) -> None:
    with ThreadPoolExecutor() as pool:
        found = list(pool.map(lifecycle.up, [ours, ours]))
    assert found[0].running
    assert found[0] == found[1]


def test_a_folder_that_another_start_marks_meanwhile_is_no_strange_one(
    ours: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours.directory.mkdir()
    asked = DirectoryLock.exists

    def marked_after_that(lock: DirectoryLock) -> bool:
        before = asked(lock)
        lock.mark()
        return before

    monkeypatch.setattr(DirectoryLock, "exists", marked_after_that)
    with listening(b"") as port, pytest.raises(Problem, match=f"port {port}"):  # it got as far as that
        lifecycle.up(replace(ours, port=port))


def test_a_folder_is_the_same_by_another_name(running: Settings, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(running.directory.parent)
    same = Settings(port=running.port, directory=tmp_path / "link" / running.directory.name)
    assert lifecycle.status(same) == lifecycle.status(running)


def test_what_is_deployed_survives_an_end_and_a_start(ours: Settings) -> None:
    lifecycle.up(ours)
    client(ours, "sns").create_topic(Name="alerts")
    assert lifecycle.down(ours)  # at once, before it was quiet
    assert not lifecycle.status(ours).running
    assert not lifecycle.down(ours)
    state = ours.directory / persistence.FILE
    assert state.stat().st_mode & 0o077 == 0  # there are passwords in it
    lifecycle.up(ours)
    assert topics(ours) == ["alerts"]


def test_a_database_survives_a_kill_with_its_rows(ours: Settings) -> None:
    pid = lifecycle.up(ours).pid
    made = client(ours, "rds").create_db_instance(
        DBInstanceIdentifier="citizens",
        DBInstanceClass="db.t3.micro",
        Engine="postgres",
        EngineVersion="16.4",
        AllocatedStorage=20,
        DBName="citizens",
        MasterUsername="citizen_admin",
        MasterUserPassword="some-password",
        Port=free_port(),
    )["DBInstance"]
    with connected(ours, made) as database:
        database.run("CREATE TABLE citizen (name text)")
        database.run("INSERT INTO citizen VALUES ('Ada')")
    wait_until(lambda: stored(ours))

    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: ours.lock.holder() is None)
    assert not lifecycle.status(ours).running

    again = lifecycle.up(ours)
    assert again.pid != pid
    (found,) = client(ours, "rds").describe_db_instances()["DBInstances"]
    assert found["Endpoint"] == made["Endpoint"]
    with connected(ours, found) as database:
        assert database.run("SELECT name FROM citizen") == [["Ada"]]


@contextmanager
def connected(settings: Settings, instance: dict[str, Any]) -> Iterator[Any]:
    trusted = ssl.create_default_context(cafile=str(settings.directory / "postgres" / authority.CERTIFICATE))
    with Connection(
        "citizen_admin",
        host=instance["Endpoint"]["Address"],
        port=instance["Endpoint"]["Port"],
        database="citizens",
        password="some-password",
        ssl_context=trusted,
        timeout=10,
    ) as connection:
        yield connection


# What is in the way


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.0 200 OK\r\n\r\n{}", b"HTTP/1.0 404 Not Found\r\n\r\n", b"SSH-2.0-OpenSSH_9.6\r\n", b""],
    ids=["web server", "another AWS", "no web server", "silent"],
)
def test_a_port_that_something_else_has_is_left_alone(ours: Settings, answer: bytes) -> None:
    with listening(answer) as port:
        settings = Settings(port=port, directory=ours.directory)
        with pytest.raises(Problem, match=f"port {port} is taken") as caught:
            lifecycle.up(settings)
        assert "HOLDFAST_LOCAL_PORT" in str(caught.value.fix)
        assert not settings.directory.exists()
        assert not lifecycle.status(settings).running
        assert not lifecycle.down(settings)


def test_a_port_that_another_folders_local_aws_has_is_left_to_it(running: Settings, tmp_path: Path) -> None:
    other = Settings(port=running.port, directory=tmp_path / "other")
    with pytest.raises(Problem, match="is taken, by the local AWS of") as caught:
        lifecycle.up(other)
    assert str(running.directory) in caught.value.what
    assert not other.directory.exists()
    assert not lifecycle.down(other)
    assert lifecycle.status(running).running


def test_a_folder_has_one_local_aws_whatever_the_port(ours: Settings) -> None:
    lifecycle.up(ours)
    elsewhere = Settings(port=free_port(), directory=ours.directory)
    with pytest.raises(Problem, match=f"runs already, on port {ours.port}") as caught:
        lifecycle.up(elsewhere)
    assert f"HOLDFAST_LOCAL_PORT={ours.port}" in str(caught.value.fix)
    lifecycle.reset(elsewhere)
    assert not lifecycle.status(ours).running
    assert not ours.directory.exists()


def test_an_address_that_cannot_be_used_is_not_called_taken(
    ours: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "HOST", "192.0.2.1")  # of documentation (RFC 5737): no machine has it
    monkeypatch.setattr(lifecycle, "_ANSWER_SECONDS", 0.1)
    with pytest.raises(Problem, match="cannot be used: Cannot assign requested address"):
        lifecycle.up(ours)


def test_a_stale_lock_names_nobody(ours: Settings) -> None:
    """The process id in the file may be somebody else's by now."""
    ours.directory.mkdir()
    (ours.directory / FILE).write_text(f'{{"pid": {os.getpid()}, "port": {ours.port}}}', encoding="utf-8")
    assert not lifecycle.status(ours).running
    assert not lifecycle.down(ours)
    assert lifecycle.up(ours).pid != os.getpid()


def test_a_folder_deleted_under_it_does_not_keep_it_from_ending(ours: Settings) -> None:
    first = lifecycle.up(ours)
    client(ours, "sns").create_topic(Name="alerts")
    shutil.rmtree(ours.directory)
    second = lifecycle.up(ours)
    assert second.pid != first.pid
    assert topics(ours) == []
    shutil.rmtree(ours.directory)
    assert lifecycle.down(ours)
    assert not lifecycle.status(ours).running


def test_a_state_that_cannot_be_read_is_set_aside_and_told(ours: Settings) -> None:
    ours.directory.mkdir()
    (ours.directory / FILE).touch()
    (ours.directory / persistence.FILE).write_bytes(b"nothing that was pickled")
    notice = lifecycle.up(ours).notice
    assert "what was deployed cannot be read" in notice
    (aside,) = ours.directory.glob("state.unreadable-*")
    assert aside.read_bytes() == b"nothing that was pickled"
    assert str(aside) in notice
    assert topics(ours) == []


# What fails


def test_a_server_that_does_not_start_is_told_with_its_log(
    ours: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", script(tmp_path, "echo no such module; exit 3"))
    with pytest.raises(LifecycleError, match=r"ended \(exit code 3\)") as caught:
        lifecycle.up(ours)
    assert "no such module" in str(caught.value)
    assert str(ours.log) in str(caught.value)


def test_a_server_that_does_not_answer_is_not_waited_for_without_end(
    ours: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifecycle, "START_SECONDS", 0.5)
    monkeypatch.setattr(sys, "executable", script(tmp_path, f"echo $$ > {tmp_path}/pid; exec sleep 60"))
    with pytest.raises(LifecycleError, match="does not answer after"):
        lifecycle.up(ours)
    pid = int((tmp_path / "pid").read_text(encoding="utf-8"))
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def script(folder: Path, text: str) -> str:
    """A Python that is none."""
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_a_server_that_does_not_stop_is_told(ours: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    pid = lifecycle.up(ours).pid
    assert pid is not None
    monkeypatch.setattr(lifecycle, "STOP_SECONDS", 0.2)
    monkeypatch.setattr(lifecycle, "_ANSWER_SECONDS", 0.2)
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(LifecycleError, match=rf"\(process {pid}\) does not stop"):
            lifecycle.down(ours)
    finally:
        os.kill(pid, signal.SIGCONT)


def test_a_state_that_could_not_be_stored_is_told(ours: Settings) -> None:
    lifecycle.up(ours)
    (ours.directory / "state.new").mkdir()  # in the place of the file that is written first
    with pytest.raises(LifecycleError, match="could not store what is deployed") as caught:
        lifecycle.down(ours)
    assert "Is a directory" in str(caught.value)
    assert not lifecycle.status(ours).running


# Forgotten


def test_a_reset_of_nothing_is_nothing(ours: Settings) -> None:
    lifecycle.reset(ours)
    assert not ours.directory.exists()


def test_a_folder_of_something_else_is_neither_used_nor_deleted(ours: Settings) -> None:
    ours.directory.mkdir()
    photo = ours.directory / "photo.jpg"
    photo.touch()
    for command in (lifecycle.up, lifecycle.reset):
        with pytest.raises(Problem, match="not the folder of a local AWS"):
            command(ours)
    assert list(ours.directory.iterdir()) == [photo]
    photo.unlink()
    ours.directory.rmdir()
    ours.directory.touch()
    with pytest.raises(Problem, match="not the folder of a local AWS"):
        lifecycle.up(ours)


def test_the_environment_leads_every_client_to_it(ours: Settings) -> None:
    variables = lifecycle.environment(ours)
    assert variables["AWS_ENDPOINT_URL"] == f"http://127.0.0.1:{ours.port}"
    assert variables["AWS_EC2_METADATA_DISABLED"] == "true"
    assert variables["AWS_REGION"] == variables["AWS_DEFAULT_REGION"] == "eu-central-2"


def test_nothing_of_the_shells_aws_reaches_it(running: Settings) -> None:
    environ = Path(f"/proc/{lifecycle.status(running).pid}/environ")
    assert environ.is_file()
    assert b"HOME=" in environ.read_bytes()
    assert b"AWS_" not in environ.read_bytes()
