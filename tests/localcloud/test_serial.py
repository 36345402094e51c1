"""Two requests to a service wait for each other; those to different services do not."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from werkzeug.test import Client

from localcloud.serial import SERVICES, OneAtATime

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Aws:
    """Notices when two requests are inside at once."""

    def __init__(self) -> None:
        self.meeting = threading.Barrier(2)
        self.met = False

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            self.meeting.wait(0.3)
            self.met = True
        except threading.BrokenBarrierError:
            self.meeting.reset()
        start_response("200 OK", [("X-Amz-Id", "1")])
        yield environ["REQUEST_METHOD"].encode()


@pytest.fixture
def aws() -> Aws:
    return Aws()


def send(client: Client, service: str | None, answers: list[bytes]) -> None:
    credential = (
        f"AWS4-HMAC-SHA256 Credential=local/20261126/eu-central-2/{service}/aws4_request, Signature=0"
    )
    response = client.post("/", headers={"Authorization": credential} if service else {})
    assert response.headers["X-Amz-Id"] == "1"
    answers.append(response.data)


def both(aws: Aws, *services: str | None) -> list[bytes]:
    client, answers = Client(OneAtATime(aws)), list[bytes]()
    threads = [threading.Thread(target=send, args=(client, service, answers)) for service in services]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    return answers


@pytest.mark.parametrize("service", SERVICES)
def test_two_requests_to_one_service_are_answered_one_after_the_other(aws: Aws, service: str) -> None:
    assert both(aws, service, service) == [b"POST", b"POST"]
    assert not aws.met


@pytest.mark.parametrize("services", [("iam", "ec2"), ("lambda", "lambda"), (None, None)])
def test_others_are_answered_at_once(aws: Aws, services: tuple[str | None, str | None]) -> None:
    assert both(aws, *services) == [b"POST", b"POST"]
    assert aws.met
