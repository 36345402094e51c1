"""GitHub's REST API, as far as workflows need it, with the token of the job."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import urllib3
from urllib3.exceptions import HTTPError

from environments.problem import Problem
from operations.failure import Failed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PAGE = 100
"""Entries of a page; GitHub gives no more."""

_ERROR = 400
_OWN_FAULT = 500
_ACCEPTS = "application/vnd.github+json"
_VERSION = "2022-11-28"
_TIMEOUT = urllib3.Timeout(connect=10, read=60)

# What is asked again changes nothing twice: a comment that is written (POST) may have arrived although no answer did.
_RETRIES = urllib3.Retry(
    total=4,
    backoff_factor=1,
    status_forcelist=(429, 502, 503, 504),
    allowed_methods=("DELETE", "GET", "PATCH"),
    raise_on_status=False,
)


@dataclass(frozen=True, kw_only=True)
class GitHub:
    """The API, for one repository.

    Attributes:
        api: address of the API.
        server: address for browsers.
        repository: ``owner/name``.
        token: what the job may do.
        run: id of the workflow's run; empty outside of one.
    """

    api: str
    server: str
    repository: str
    token: str
    run: str = ""

    @classmethod
    def of_this_job(cls) -> Self:
        """The repository whose workflow runs, as the variables say that GitHub sets.

        Raises:
            Problem: one is missing.
        """
        return cls(
            api=os.environ.get("GITHUB_API_URL") or "https://api.github.com",
            server=os.environ.get("GITHUB_SERVER_URL") or "https://github.com",
            repository=_variable("GITHUB_REPOSITORY", "in a workflow it is set; elsewhere: owner/name"),
            token=_variable("GITHUB_TOKEN", "give the step the token: GITHUB_TOKEN: ${{ github.token }}"),
            run=os.environ.get("GITHUB_RUN_ID", ""),
        )

    @property
    def run_url(self) -> str:
        """Where the run is seen; empty outside of one."""
        return f"{self.server}/{self.repository}/actions/runs/{self.run}" if self.run else ""

    def pages(self, path: str, *, key: str | None = None, **query: str) -> Iterator[dict[str, Any]]:
        """All entries of a list, page after page.

        Args:
            path: below the repository, ``issues``.
            key: where the entries are in the answer; None: the answer is the list.
            query: what the list is limited to.

        Raises:
            Problem: see `send`.
            Failed: see `send`.
        """
        number = 1
        while True:
            fields = {**query, "per_page": str(_PAGE), "page": str(number)}
            answer: Any = json.loads(self._request("GET", path, fields=fields))
            entries = answer[key] if key else answer
            yield from entries
            if len(entries) < _PAGE:
                return
            number += 1

    def send(self, method: str, path: str, body: Mapping[str, object] | None = None) -> dict[str, Any]:
        """Change something, and give what GitHub answers.

        Args:
            method: ``POST``, ``PATCH`` or ``DELETE``.
            path: below the repository.
            body: what is sent, as JSON.

        Raises:
            Problem: GitHub refuses it.
            Failed: GitHub does not answer, or cannot.
        """
        data = self._request(method, path, body=None if body is None else json.dumps(body).encode())
        answer: dict[str, Any] = json.loads(data) if data else {}
        return answer

    def download(self, path: str) -> bytes:
        """A file, wherever GitHub keeps it: the token goes to GitHub alone.

        Raises:
            Problem: see `send`.
            Failed: see `send`.
        """
        return self._request("GET", path)

    def _request(
        self, method: str, path: str, *, fields: dict[str, str] | None = None, body: bytes | None = None
    ) -> bytes:
        url = f"{self.api}/repos/{self.repository}/{path}"
        headers = {
            "Accept": _ACCEPTS,
            "Authorization": f"Bearer {self.token}",
            "User-Agent": "holdfast",
            "X-GitHub-Api-Version": _VERSION,
        }
        try:
            # A redirect to another host loses the token: urllib3 takes it out.
            with urllib3.PoolManager(retries=_RETRIES, timeout=_TIMEOUT) as pool:
                answer = pool.request(method, url, fields=fields, body=body, headers=headers)
        except HTTPError as error:
            raise Failed(f"GitHub does not answer: {error}") from error
        if answer.status >= _OWN_FAULT:
            raise Failed(f"GitHub failed: {method} {url}: {answer.status} {_message(answer.data)}")
        if answer.status >= _ERROR:
            raise Problem(
                f"GitHub refuses {method} {path}",
                given=f"{answer.status} {_message(answer.data)}",
                fix="check that the job's token has the permission (docs/ci.md), and that the thing is there",
            )
        return answer.data


def _message(data: bytes) -> str:
    try:
        return str(json.loads(data)["message"])
    except (ValueError, KeyError, TypeError):
        return data[:200].decode(errors="replace")


def _variable(name: str, fix: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise Problem(f"${name} is not set", fix=fix)
    return value
