"""``python -m operations.compliance.reference``: writes the tables of docs/compliance.md from the packs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from operations.compliance import packs
from operations.compliance.packs import DecidedBy
from operations.project import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from operations.compliance.packs import Pack

PAGE = ROOT / "docs" / "compliance.md"
MARK = "<!-- What follows is written by `make docs`, from the packs. -->\n"

_BESIDE = ("SecretsManager.", "SQS.")


def page() -> str:
    """The page, with its tables written again."""
    head, _, _ = PAGE.read_text(encoding="utf-8").partition(MARK)
    return head + MARK + "".join(_tables([packs.load(name) for name in packs.names()]))


def _tables(found: Sequence[Pack]) -> Iterator[str]:
    yield "\n## Packs\n\n"
    yield "| pack | rules | decided by the configuration | need a running account | of other services | of |\n"
    yield "|---|---|---|---|---|---|\n"
    for pack in found:
        counts = [sum(rule.decided_by is by for rule in pack.rules) for by in DecidedBy]
        yield f"| `{pack.name}` | {len(pack.rules)} | {' | '.join(map(str, counts))} | {pack.date} |\n"
    yield f"\n{_security_hub(packs.load('security-hub'))}\n"
    for pack in found:
        yield f"\n## Rules of `{pack.name}`\n\n{pack.title}. Source: {pack.source}.\n\n"
        yield "| rule | asks for | families of controls |\n|---|---|---|\n"
        for rule in pack.rules:
            if rule.decided_by is DecidedBy.CONFIGURATION:
                families = ", ".join(rule.families) or "none named"
                yield f"| `{rule.id}` | {_cell(rule.title)} | {families} |\n"


def _security_hub(pack: Pack) -> str:
    """Why it has more rules than the standard that it is named after."""
    decided = [rule for rule in pack.rules if rule.decided_by is DecidedBy.CONFIGURATION]
    later = [rule for rule in decided if not rule.controls]
    beside = [rule for rule in decided if rule.controls and rule.id.startswith(_BESIDE)]
    return (
        f"The {len(decided)} of `{pack.name}` are {len(decided) - len(later) - len(beside)} controls that the NIST standard "
        "of 2023 has for networks, keys, identities, databases, file systems, logs, functions, topics and buckets, "
        f"{len(beside)} of it for secrets and queues, and {len(later)} that AWS has added to these services since."
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;")


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
