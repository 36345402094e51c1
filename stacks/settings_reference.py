"""``python -m stacks.settings_reference``: writes docs/settings.md from the models that check environment files."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic_core import PydanticUndefined

from modules import facts
from modules.common import Common
from modules.settings import Settings
from stacks.environment import Environment

PAGE = Path(__file__).parent.parent / "docs" / "settings.md"
_RULE = re.compile(r"\bC\d\d\b")
_TYPES = {"integer": "number", "string": "text", "boolean": "`true` or `false`"}
_SOURCES = "modules/facts"
_HEAD = """# Settings

<!-- Generated from the models by `make docs`: change the docstrings and fields there, not this page. -->

An environment is one file, `environments/<name>.tfvars`, in HCL with literal values only: no variables, no functions.
[`dev.tfvars`](../environments/dev.tfvars) and [`prod.tfvars`](../environments/prod.tfvars) are the examples. The settings at the
top and the blocks next to them describe `citizen-data`; the block [`database_ha`](#database_ha) describes that system, with
defaults of its own.

A setting that is left out has its default. One that does not exist, or that AWS would refuse, ends the synthesis with exit
code 2, the value, what is allowed and how to fix it. `C07` and so on are [rules of AWS](#rules), which messages name too.
"""
_RULES = f"""## Rules

What AWS itself demands, with its source; dated data in [`{_SOURCES}`](../{_SOURCES}).

| rule | what it says | source |
|---|---|---|
"""


def page() -> str:
    """Return the whole page."""
    body = "".join(_section(place, model) for place, model in models(Environment))
    mentioned = sorted(set(_RULE.findall(body)))
    known = facts.constraints()
    rules = "".join(
        f"| {rule} | {_cell(known[rule].rule)} | {_cell(known[rule].source)} |\n" for rule in mentioned
    )
    return f"{_HEAD}\n{body}{_RULES}{rules}"


def models(model: type[Settings], place: str = "") -> Iterator[tuple[str, type[Settings]]]:
    """Give every model with its place in the file, the outer ones first."""
    yield place, model
    for name in model.model_fields:
        inner = _inner(model, name)
        if inner is not None:
            yield from models(inner, f"{place}.{name}".lstrip("."))


def _inner(model: type[Settings], name: str) -> type[Settings] | None:
    """The model that a setting, or each entry of a map, consists of."""
    annotation = model.model_fields[name].annotation
    candidates = [annotation, *getattr(annotation, "__args__", ())]
    return next(
        (found for found in candidates if isinstance(found, type) and issubclass(found, Settings)), None
    )


def _section(place: str, model: type[Settings]) -> str:
    title = f"`{place}`" if place else "The file"
    first_line = (model.__doc__ or "").splitlines()[0]
    rows = "".join(_row(place, model, name) for name in model.model_fields)
    return (
        f"## {title}\n\n{_text(first_line)}\n\n"
        f"| setting | type | default | allowed | what it is |\n|---|---|---|---|---|\n{rows}\n"
    )


def _row(place: str, model: type[Settings], name: str) -> str:
    field = model.model_json_schema()["properties"][name]
    # What may be null is the setting that may be left out: the other alternative is what can be written.
    field = next((option for option in field.get("anyOf", []) if option.get("type") != "null"), field)
    about = model.about(name) or ""
    inner = _inner(model, name)
    if inner is not None:
        link = f"{place}.{name}".lstrip(".")
        about = re.sub(r"see :class:`\w+`", f"see [`{link}`](#{link.replace('.', '')})", about)
    cells = (
        f"`{name}`",
        _type(field),
        _default(place, model, name),
        _allowed(field),
        about,
    )
    return f"| {' | '.join(map(_cell, cells))} |\n"


def _type(field: Mapping[str, Any]) -> str:
    if field.get("type") == "array":
        return f"list of {_type(field['items'])}"
    if field.get("type") == "object":
        values = field.get("additionalProperties") or next(iter(field["patternProperties"].values()))
        return f"map to {_type(values)}"
    return _TYPES.get(str(field.get("type")), "block")


def _default(place: str, model: type[Settings], name: str) -> str:
    field = model.model_fields[name]
    if place and name in Common.model_fields:
        return "that of the file"
    if field.default is PydanticUndefined:
        return "**required**"
    if field.default is None or isinstance(field.default, Settings):
        return ""
    return f"`{_hcl(field.default)}`"


def _hcl(value: object) -> str:
    if isinstance(value, Settings):
        return _hcl(value.model_dump(exclude_unset=True))
    if isinstance(value, Mapping):
        return (
            f"{{ {', '.join(f'{key} = {_hcl(inner)}' for key, inner in value.items())} }}" if value else "{}"
        )
    if isinstance(value, tuple):
        return f"[{', '.join(map(_hcl, value))}]"
    return json.dumps(value)


def _allowed(field: Mapping[str, Any]) -> str:
    """What the field's type itself demands; validators say the rest in their own words."""
    if "enum" in field:
        return ", ".join(f"`{_hcl(value)}`" for value in field["enum"])
    if "pattern" in field:
        return f"`{field['pattern']}`"
    lowest, highest = field.get("minimum"), field.get("maximum")
    if lowest is not None:
        return f"{lowest} to {highest}" if highest is not None else f"{lowest} or more"
    if "minItems" in field:
        return f"{field['minItems']} to {field['maxItems']} of them"
    return ""


def _text(docstring: str) -> str:
    return docstring.replace("``", "`")


def _cell(text: str) -> str:
    return _text(text).replace("|", "\\|")


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
