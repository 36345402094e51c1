"""What every page has in common: its policy, and data that stays data. The pages themselves are tested in Chromium."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

from operations.page.assembly import Kind, page


@pytest.fixture
def kind(tmp_path: Path) -> Kind:
    (tmp_path / "page.css").write_text(".own { color: red; }\n", encoding="utf-8")
    (tmp_path / "own.js").write_text("const own = 1;\n", encoding="utf-8")
    return Kind(folder=tmp_path, scripts=("own.js",), skip="Skip", searched="all", elsewhere="Elsewhere.")


def within(text: str, element: str) -> str:
    found = re.search(rf"<{element}>(.*?)</{element}>", text, re.DOTALL)
    assert found is not None
    return found[1]


def test_only_its_own_style_and_script_are_allowed(kind: Kind) -> None:
    text = page(kind, title="t", report={})
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy.startswith("default-src 'none'")
    for element in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(within(text, element).encode()).digest()).decode()
        assert f"{element}-src 'sha256-{digest}'" in policy


def test_it_has_what_is_shared_and_what_is_its_own(kind: Kind) -> None:
    text = page(kind, title="t", report={})
    assert "function element(" in within(text, "script")
    assert within(text, "script").rstrip().endswith("const own = 1;\n})();")
    assert ".own" in within(text, "style")
    assert "Elsewhere." in text


def test_a_report_cannot_end_its_element_nor_fill_a_slot(kind: Kind) -> None:
    evil = "</script><script>{{script}}\u2028&"
    text = page(kind, title="<b>{{report}}</b>", report={"evil": evil})
    data = re.search(r'<script type="application/json" id="report">(.*?)</script>', text, re.DOTALL)
    assert data is not None
    assert json.loads(data[1]) == {"evil": evil}
    assert "<title>&lt;b&gt;{{report}}&lt;/b&gt;</title>" in text
