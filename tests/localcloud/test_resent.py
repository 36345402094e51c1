"""A request that is sent again is executed once, and answered twice."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from werkzeug.test import Client

from localcloud.resent import OnceOnly

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Aws:
    """Counts what it executes."""

    def __init__(self) -> None:
        self.executed = 0
        self.statuses = ["200 OK"]
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.executing = threading.Event()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.executed += 1
        self.executing.set()
        assert self.may_answer.wait(10)
        start_response(self.statuses[min(self.executed, len(self.statuses)) - 1], [("X-Amz-Id", "1")])
        yield b"answer %d to " % self.executed
        yield environ["wsgi.input"].read()


@pytest.fixture
def aws() -> Aws:
    return Aws()


@pytest.fixture
def client(aws: Aws) -> Client:
    return Client(OnceOnly(aws, remembered=2))


def sent(client: Client, invocation: str | None, *, attempt: int = 1, method: str = "POST") -> bytes:
    headers = {"amz-sdk-request": f"attempt={attempt}; max=5", "X-Amz-Target": "DynamoDB_20120810.PutItem"}
    if invocation is not None:
        headers["amz-sdk-invocation-id"] = invocation
    response = client.open("/", method=method, headers=headers, data=b"PutItem")
    assert response.headers["X-Amz-Id"] == "1"
    return bytes(response.data)


def test_another_attempt_gets_the_answer_of_the_first(
    client: Client, aws: Aws, caplog: pytest.LogCaptureFixture
) -> None:
    assert sent(client, "a") == b"answer 1 to PutItem"
    assert sent(client, "a", attempt=2) == b"answer 1 to PutItem"
    assert aws.executed == 1
    (told,) = caplog.messages
    assert told.startswith(
        "DynamoDB_20120810.PutItem was sent again (attempt=2; max=5) 0.0 s after its answer"
    )


def test_another_request_is_executed(client: Client, aws: Aws) -> None:
    assert [sent(client, "a"), sent(client, "b")] == [b"answer 1 to PutItem", b"answer 2 to PutItem"]
    assert aws.executed == 2


@pytest.mark.parametrize(("invocation", "method"), [(None, "POST"), ("a", "GET")])
def test_what_reads_or_has_no_id_is_executed_each_time(
    client: Client, aws: Aws, invocation: str | None, method: str
) -> None:
    for _ in range(2):
        sent(client, invocation, method=method)
    assert aws.executed == 2


@pytest.mark.parametrize("failure", ["500 INTERNAL SERVER ERROR", "400 BAD REQUEST"])
def test_what_failed_is_tried_again(client: Client, aws: Aws, failure: str) -> None:
    aws.statuses = [failure, "200 OK"]
    assert sent(client, "a") == b"answer 1 to PutItem"
    assert sent(client, "a", attempt=2) == b"answer 2 to PutItem"


def test_an_attempt_waits_for_the_one_that_is_executed(client: Client, aws: Aws) -> None:
    aws.may_answer.clear()
    answers: list[bytes] = []
    attempts = [
        threading.Thread(target=lambda number=number: answers.append(sent(client, "a", attempt=number)))
        for number in (1, 2)
    ]
    attempts[0].start()
    assert aws.executing.wait(10)
    attempts[1].start()
    aws.may_answer.set()
    for attempt in attempts:
        attempt.join(10)
    assert answers == [b"answer 1 to PutItem"] * 2
    assert aws.executed == 1


def test_an_attempt_after_one_that_broke_is_executed(aws: Aws) -> None:
    def breaks_once(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if aws.executed == 0:
            aws.executed += 1
            raise RuntimeError("broken")
        return aws(environ, start_response)

    client = Client(OnceOnly(breaks_once))
    with pytest.raises(RuntimeError, match="broken"):
        sent(client, "a")
    assert sent(client, "a", attempt=2) == b"answer 2 to PutItem"


def test_the_oldest_answers_are_forgotten(client: Client, aws: Aws) -> None:
    for invocation in ("a", "b", "c", "a"):
        sent(client, invocation)
    assert aws.executed == 4
