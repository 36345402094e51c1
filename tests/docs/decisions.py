"""``python -m tests.docs.decisions``: writes the list of decisions into docs/decisions/README.md."""

from __future__ import annotations

import sys

from tests.docs.pages import ROOT, Page

FOLDER = ROOT / "docs" / "decisions"
INDEX = FOLDER / "README.md"
_MARK = "<!-- The list is written by `make docs`. -->\n"


def decisions() -> list[Page]:
    return [Page(path) for path in sorted(FOLDER.glob("0*.md"))]


def index() -> str:
    """The page with the list of the decisions that are there."""
    head, _, _ = INDEX.read_text(encoding="utf-8").partition(_MARK)
    entries = (
        f"- [{page.path.name[:4]}]({page.path.name}) {page.text.splitlines()[0].split(' ', 2)[-1]}\n"
        for page in decisions()
    )
    return f"{head}{_MARK}\n{''.join(entries)}"


def main() -> int:
    INDEX.write_text(index(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
