"""AWS's refusals, told as what they mean to the person at the keyboard."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError, SSOTokenLoadError, WaiterError

from environments.problem import Problem
from operations import aws
from operations.failure import Failed
from tests.localcloud.server import REGION, free_port


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "CreateKey")


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (SSOTokenLoadError(error_msg="expired"), "there are no usable AWS credentials"),
        (refusal("ExpiredTokenException"), "AWS does not accept the credentials"),
        (refusal("SignatureDoesNotMatch"), "AWS does not accept the credentials"),
        (refusal("AccessDeniedException"), "AWS refuses this to your credentials"),
        (refusal("403"), "AWS refuses this to your credentials"),
    ],
)
def test_what_people_can_put_right_is_a_problem(error: Exception, what: str) -> None:
    with pytest.raises(Problem, match=what) as caught, aws.explained():
        raise error
    assert caught.value.given is error
    assert caught.value.fix


@pytest.mark.parametrize(
    "error",
    [
        refusal("LimitExceededException"),
        WaiterError(name="table_exists", reason="too long", last_response={}),
        ParamValidationError(report="wrong"),
    ],
)
def test_everything_else_is_a_failure(error: Exception) -> None:
    with pytest.raises(Failed), aws.explained():
        raise error


def test_without_credentials_it_is_told_how_to_have_some(no_credentials: None) -> None:
    with pytest.raises(Problem, match="no usable AWS credentials") as caught, aws.explained():
        aws.session(REGION).client("sts").get_caller_identity()
    assert "AWS_PROFILE" in str(caught.value.fix)


def test_a_profile_that_nobody_has_is_told(no_credentials: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(Problem, match="no usable AWS credentials") as caught:
        aws.session(REGION)
    assert "nobody" in str(caught.value.given)


@pytest.fixture
def credentials(no_credentials: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")


def test_an_endpoint_that_does_not_answer_is_told(credentials: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Problem, match="AWS does not answer") as caught, aws.explained():
        aws.session(REGION).client("sts").get_caller_identity()
    assert "local up" in str(caught.value.fix)


@pytest.fixture
def web_server() -> Iterator[str]:
    class Page(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>Welcome</title>")

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_an_endpoint_that_is_not_aws_is_told(
    credentials: None, monkeypatch: pytest.MonkeyPatch, web_server: str
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", web_server)
    with pytest.raises(Problem, match="what answers is not AWS"), aws.explained():
        aws.session(REGION).client("sts").get_caller_identity()


@pytest.mark.parametrize("value", ["127.0.0.1:5055", "ftp://127.0.0.1", "http://", "http://[", "local"])
@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
def test_an_endpoint_that_is_no_url_is_told(
    credentials: None, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Problem, match="is not a URL") as caught:
        aws.session(REGION)
    assert caught.value.what.startswith(f"${name}")
    assert caught.value.given == value
