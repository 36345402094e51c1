"""A page that is made for a test, opened in the browser; it may load nothing, and nothing may go wrong in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import devtools
from tests.browser.devtools import Page


class Opening:
    """Opens pages, one after the other.

    Attributes:
        file: where a page is put.
    """

    def __init__(self, browser: Page, file: Path) -> None:
        self._browser = browser
        self.file = file

    def __call__(self, html: str, *, width: int = 1280) -> Page:
        self.file.write_text(html, encoding="utf-8")
        self._browser.errors.clear()
        self._browser.requests.clear()
        self._browser.open(self.file, width=width)
        return self._browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Page]:
    """A browser for all tests of a file."""
    with devtools.page() as page:
        yield page


@pytest.fixture
def opening(browser: Page, tmp_path: Path) -> Iterator[Opening]:
    """Opens pages, and looks afterwards at what went wrong in the last one and what it loaded."""
    found = Opening(browser, tmp_path / "page.html")
    yield found
    assert browser.errors == []
    assert set(browser.requests) == {found.file.as_uri()}
