"""Which resources hold data: whatever deletes, replaces or forgets one of them destroys data.

Synthesis and the commands around Terraform both ask this, so that there is one answer.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLE = Path(__file__).with_suffix(".tsv")


@lru_cache
def stateful() -> Mapping[str, str]:
    """By resource type: the data that is lost with it, as in "database" or "bucket"."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    _header, *rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return dict(rows)
