"""Drives Chromium over the Chrome DevTools Protocol, by a pipe: no port, no driver, no library.

Source: https://chromedevtools.github.io/devtools-protocol (2026-11), and ``--remote-debugging-pipe`` of Chromium.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.browser.install import browser

SECONDS = 30
"""How long anything may take."""

_ABOVE = 10
"""File descriptors below it are not used for the pipes, so that none is in the way of another."""

_ARGUMENTS = (
    "--headless",
    "--remote-debugging-pipe",
    "--no-sandbox",  # it opens what the tests wrote, often as root or in a container, where there is no sandbox
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--hide-scrollbars",
)
_KEYS = {"Enter": ("Enter", 13, "\r"), "Escape": ("Escape", 27, ""), "Tab": ("Tab", 9, "")}
_KEYS |= {
    name: (name, 36 + number, "")
    for number, name in enumerate(("ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown"), 1)
}


class Page:
    """One page in a browser.

    Attributes:
        errors: what went wrong in the page: exceptions, errors in the console, what its policy forbids.
        requests: addresses of all that was requested.
    """

    def __init__(self, write: int, read: int) -> None:
        self.errors: list[str] = []
        self.requests: list[str] = []
        self._write = write
        self._read = read
        self._rest = b""
        self._number = 0
        self._session: str | None = None
        self._loaded = False
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{domain}.enable")

    def open(self, file: Path, *, width: int = 1280, height: int = 900, dark: bool = False) -> None:
        """Open a file in a window of some size, in pixels."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._call("Emulation.setEmulatedMedia", features=[scheme])
        self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        self._loaded = False
        self._call("Page.navigate", url=file.absolute().as_uri())
        self._until(lambda: self._loaded)

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page."""
        answer = self._call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def texts(self, selector: str) -> list[str]:
        """The text of every element that can be seen, once what was done to the page is drawn."""
        found: list[str] = self.evaluate(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done("
            f"[...document.querySelectorAll({json.dumps(selector)})]"
            ".filter((found) => found.checkVisibility()).map((found) => found.innerText.trim())))))"
        )
        return found

    def press(self, *keys: str) -> None:
        """Press keys one after another: ``j``, ``Enter``, ``ArrowDown``."""
        for key in keys:
            name, code, text = _KEYS.get(key, (key, ord(key[0].upper()), key))
            common = {"key": name, "windowsVirtualKeyCode": code}
            self._call(
                "Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **common
            )
            self._call("Input.dispatchKeyEvent", type="keyUp", **common)

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self._call("Input.insertText", text=text)

    def click(self, selector: str) -> None:
        """Click the middle of the first such element, once the page is drawn around it and stands still."""
        x, y = self.evaluate(
            "new Promise((done) => requestAnimationFrame(() => {"
            f" const found = document.querySelector({json.dumps(selector)});"
            " found.scrollIntoView({ block: 'center' });"
            " requestAnimationFrame(() => requestAnimationFrame(() => {"
            " const box = found.getBoundingClientRect();"
            " done([box.x + box.width / 2, box.y + box.height / 2]); })); }))"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self._call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def focused(self) -> str:
        """The text of what has the focus."""
        return str(self.evaluate("document.activeElement.innerText ?? ''")).strip()

    def screenshot(self, file: Path, *, whole: bool = False) -> None:
        """Keep what is seen, or the whole page, as PNG."""
        data = self._call("Page.captureScreenshot", captureBeyondViewport=whole)["data"]
        file.write_bytes(base64.b64decode(data))

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        answers: list[dict[str, Any]] = []
        self._until(lambda: bool(answers), number, answers)
        assert "error" not in answers[0], f"{method}: {answers[0]['error']}"
        result: dict[str, Any] = answers[0]["result"]
        return result

    def _until(
        self, done: Any, number: int | None = None, answers: list[dict[str, Any]] | None = None
    ) -> None:
        deadline = time.monotonic() + SECONDS
        while not done():
            ready, _, _ = select.select([self._read], [], [], max(0, deadline - time.monotonic()))
            assert ready, "the browser does not answer"
            data = os.read(self._read, 1 << 20)
            assert data, "the browser has ended"
            *messages, self._rest = (self._rest + data).split(b"\0")
            for text in messages:
                message = json.loads(text)
                if answers is not None and message.get("id") == number:
                    answers.append(message)
                else:
                    self._event(message.get("method"), message.get("params", {}))

    def _event(self, method: str | None, event: dict[str, Any]) -> None:
        match method:
            case "Page.loadEventFired":
                self._loaded = True
            case "Runtime.exceptionThrown":
                self.errors.append(str(event["exceptionDetails"]))
            case "Runtime.consoleAPICalled" if event["type"] in {"error", "warning", "assert"}:
                self.errors.append(str(event["args"]))
            case "Log.entryAdded":
                self.errors.append(event["entry"]["text"])
            case "Network.requestWillBeSent":
                self.requests.append(event["request"]["url"])


@contextmanager
def page() -> Iterator[Page]:
    """A page in a browser of its own."""
    found = browser()
    from_browser, its_output = os.pipe()
    its_input, to_browser = os.pipe()
    # Chromium reads from 3 and writes to 4.
    pipes = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _ABOVE) for end in (its_input, its_output)]
    with tempfile.TemporaryDirectory() as profile:
        process = os.posix_spawn(
            found.path,
            [str(found.path), *_ARGUMENTS, *found.arguments, f"--user-data-dir={profile}"],
            {**os.environ, **found.environ},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
                (os.POSIX_SPAWN_DUP2, pipes[0], 3),
                (os.POSIX_SPAWN_DUP2, pipes[1], 4),
            ],
        )
        for end in (its_input, its_output, *pipes):
            os.close(end)
        try:
            yield Page(to_browser, from_browser)
        finally:
            # It ends when nobody speaks to it any more.
            os.close(to_browser)
            os.waitpid(process, 0)
            os.close(from_browser)
