"""GitHub's API on loopback, as much of it as is used: comments, issues and artifacts of one repository."""

from __future__ import annotations

import io
import itertools
import json
import re
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

REPOSITORY = "acme/data-tier"
TOKEN = "token-of-the-job"
LONGEST = 65_536
EVERYTHING = {"actions": "read", "issues": "write", "pull-requests": "write"}

Answer = tuple[int, Any]


@dataclass
class FakeGitHub:
    """What the repository has, and what was asked.

    Attributes:
        port: where it listens.
        permissions: what the token may do, as a job says it.
        comments: number of the pull request to its comments.
        issues: all of them, also closed ones.
        artifacts: with their content.
        calls: ``METHOD path`` of everything that was asked.
        failing: status codes of the next answers.
    """

    port: int = 0
    permissions: Mapping[str, str] = field(default_factory=lambda: dict(EVERYTHING))
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    issues: list[dict[str, Any]] = field(default_factory=list)
    artifacts: list[dict[str, Any]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    failing: list[int] = field(default_factory=list)
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def variables(self) -> dict[str, str]:
        """What GitHub sets in a job, and the token."""
        return {
            "GITHUB_API_URL": f"http://127.0.0.1:{self.port}",
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_RUN_ID": "77",
            "GITHUB_TOKEN": TOKEN,
        }

    @property
    def changes(self) -> list[str]:
        """What was asked to be changed."""
        return [call for call in self.calls if not call.startswith("GET ")]

    def open_issues(self) -> list[dict[str, Any]]:
        return [issue for issue in self.issues if issue["state"] == "open"]

    def add_comment(self, number: int, body: str, *, by: str = "Bot") -> dict[str, Any]:
        made = {"id": next(self._ids), "body": body, "user": {"type": by}}
        self.comments.setdefault(number, []).append(made)
        return made

    def add_issue(self, title: str, body: str | None, *, by: str = "Bot", **more: object) -> dict[str, Any]:
        number = next(self._ids)
        made = {"number": number, "title": title, "body": body, "user": {"type": by}, "state": "open", **more}
        self.issues.append(made)
        return made

    def upload(self, name: str, files: Mapping[str, bytes] | Path, *, expired: bool = False) -> None:
        """As actions/upload-artifact does it."""
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            if isinstance(files, Path):
                for file in sorted(path for path in files.rglob("*") if path.is_file()):
                    archive.write(file, file.relative_to(files))
            else:
                for path, data in files.items():
                    archive.writestr(path, data)
        number = next(self._ids)
        made = {
            "id": number,
            "name": name,
            "expired": expired,
            "created_at": f"2026-11-25T00:00:{number:02}Z",
        }
        self.artifacts.append({**made, "content": content.getvalue()})

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        for pattern, permission, handler in (
            (r"GET issues/(\d+)/comments", "pull-requests:read", self._comments),
            (r"POST issues/(\d+)/comments", "pull-requests:write", self._new_comment),
            (r"(?:PATCH|DELETE) issues/comments/(\d+)", "pull-requests:write", self._change_comment),
            (r"GET issues", "issues:read", self._issues),
            (r"POST issues", "issues:write", self._new_issue),
            (r"PATCH issues/(\d+)", "issues:write", self._change_issue),
            (r"GET actions/artifacts", "actions:read", self._artifacts),
            (r"GET actions/artifacts/(\d+)/zip", "actions:read", self._download),
        ):
            found = re.fullmatch(pattern, f"{method} {path}")
            if found is None:
                continue
            if not self._may(permission) and not (
                "comments" in path and self._may(permission.replace("pull-requests", "issues"))
            ):
                return 403, {"message": "Resource not accessible by integration"}
            if body and len(body.get("body") or "") > LONGEST:
                return 422, {"message": "Validation Failed"}
            return handler(int(found[1]) if found.groups() else 0, query, body)
        return 404, {"message": "Not Found"}

    def _may(self, permission: str) -> bool:
        scope, _, level = permission.partition(":")
        return self.permissions.get(scope) in ({"write"} if level == "write" else {"read", "write"})

    def _comments(self, number: int, query: dict[str, str], _: Any) -> Answer:
        return 200, page(self.comments.get(number, []), query)

    def _new_comment(self, number: int, _: object, body: Any) -> Answer:
        return 201, self.add_comment(number, body["body"])

    def _change_comment(self, number: int, _: object, body: Any) -> Answer:
        for comments in self.comments.values():
            for comment in comments:
                if comment["id"] == number and body:
                    comment.update(body)
                    return 200, comment
                if comment["id"] == number:
                    comments.remove(comment)
                    return 204, None
        return 404, {"message": "Not Found"}

    def _issues(self, _: int, query: dict[str, str], __: Any) -> Answer:
        return 200, page([issue for issue in self.issues if issue["state"] == query["state"]], query)

    def _new_issue(self, _: int, __: object, body: Any) -> Answer:
        return 201, self.add_issue(body["title"], body["body"])

    def _change_issue(self, number: int, _: object, body: Any) -> Answer:
        for issue in self.issues:
            if issue["number"] == number:
                issue.update(body)
                return 200, issue
        return 404, {"message": "Not Found"}

    def _artifacts(self, _: int, query: dict[str, str], __: Any) -> Answer:
        found = [
            {key: value for key, value in artifact.items() if key != "content"}
            for artifact in self.artifacts
            if artifact["name"] == query["name"]
        ]
        return 200, {"total_count": len(found), "artifacts": page(found, query)}

    def _download(self, number: int, _: object, __: Any) -> Answer:
        # To another host, as GitHub does it.
        return 302, f"http://localhost:{self.port}/blob/{number}"

    def blob(self, number: int) -> bytes:
        (found,) = (artifact for artifact in self.artifacts if artifact["id"] == number)
        return bytes(found["content"])


def page(entries: list[Any], query: dict[str, str]) -> list[Any]:
    size, number = int(query["per_page"]), int(query["page"])
    return entries[size * (number - 1) : size * number]


class Handler(BaseHTTPRequestHandler):
    github: FakeGitHub
    protocol_version = "HTTP/1.1"

    def _do(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        path = parts.path.removeprefix(f"/repos/{REPOSITORY}/")
        self.github.calls.append(f"{self.command} {path}")
        if self.github.failing:
            self._send(self.github.failing.pop(0), {"message": "not now"})
        elif path.startswith("/blob/"):
            # The storage refuses two kinds of authorization at once; this is the one that must not come.
            told = "Authorization" in self.headers
            self._send(400 if told else 200, self.github.blob(int(path.rpartition("/")[2])))
        elif self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._send(401, {"message": "Bad credentials"})
        else:
            self._send(*self.github.answer(self.command, path, dict(parse_qsl(parts.query)), body))

    def do_GET(self) -> None:
        self._do()

    def do_POST(self) -> None:
        self._do()

    def do_PATCH(self) -> None:
        self._do()

    def do_DELETE(self) -> None:
        self._do()

    def _send(self, status: int, answer: Any) -> None:
        redirect = answer if status == 302 else None
        data = answer if isinstance(answer, bytes) else b""
        if redirect is None and answer is not None and not data:
            data = json.dumps(answer).encode()
        self.send_response(status)
        if redirect:
            self.send_header("Location", redirect)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def serving(github: FakeGitHub) -> Iterator[FakeGitHub]:
    """Answers on a free port of loopback."""
    bound = type("Bound", (Handler,), {"github": github})
    with ThreadingHTTPServer(("127.0.0.1", 0), bound) as server:
        github.port = server.server_port
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield github
        finally:
            server.shutdown()
