"""The cdktf context of ``cdktf.json``: the cdktf CLI passes it on, and ``python main.py`` has to read it itself."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from environments.problem import Problem

FILE = Path("cdktf.json")
VARIABLE = "CDKTF_CONTEXT_JSON"
"""What the CLI sets: it takes the place of the file's values."""


def read(path: Path = FILE) -> dict[str, Any]:
    """The context's values by name.

    Raises:
        Problem: the file, or what the CLI set, is not JSON.
    """
    file = _parsed(path.read_text(encoding="utf-8"), str(path)) if path.is_file() else {}
    of_file = file.get("context", {}) if isinstance(file, dict) else file
    of_cli = _parsed(os.environ.get(VARIABLE) or "{}", f"${VARIABLE}")
    for source, found in ((str(path), of_file), (f"${VARIABLE}", of_cli)):
        if not isinstance(found, dict):
            raise Problem(f"{source}: this is not a JSON object", given=json.dumps(found), allowed="{ ... }")
    return {**of_file, **of_cli}


def _parsed(text: str, source: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise Problem(
            f"{source}, line {error.lineno}: this is not JSON ({error.msg})", fix="correct the line"
        ) from None
