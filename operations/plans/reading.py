"""Read a plan from its JSON; what is not wholly understood is refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pydantic import ValidationError

from environments.problem import Problem
from operations.plans.model import Action, Header, Plan

if TYPE_CHECKING:
    from pathlib import Path

    from operations.plans.model import Change

MAJOR_VERSION = 1
LARGEST_FILE = 256 * 1024 * 1024
"""Bytes; a plan of 2,000 resources has about 15 MB."""

_MAKE = "terraform plan -out=it.tfplan, then terraform show -json it.tfplan > plan.json"
_ZIP = b"PK\x03\x04"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_UTF_8_MARK = b"\xef\xbb\xbf"


def read(path: Path) -> Plan:
    """The plan in a file.

    Args:
        path: what ``terraform show -json <plan>`` prints.

    Raises:
        Problem: the file cannot be read, or see `parse`.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise Problem(
                f"{path}: is too large for a plan",
                given=f"{path.stat().st_size:,} bytes",
                allowed=f"up to {LARGEST_FILE:,} bytes",
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise Problem(f"{path}: there is no such file", fix=_MAKE) from None
    except OSError as error:
        raise Problem(f"{path}: cannot be read ({error.strerror})", fix="name a readable file") from None
    return parse(data, source=str(path))


def parse(data: bytes, *, source: str) -> Plan:
    """The plan in JSON text.

    Args:
        data: the text, as Terraform writes it; UTF-16 with a byte order mark is accepted too.
        source: what to call it in messages, usually the path.

    Raises:
        Problem: it is no plan, of another major version, of a planning that broke off, not complete, or it has
            an action that is not known here.
    """
    data = _utf_8(data, source)
    try:
        plan = Plan.model_validate_json(data)
    except ValidationError as error:
        _check_header(data, source)
        raise _problem(error, data, source) from None
    _check(plan, source)
    if plan.planned_values is None and "resource_changes" not in plan.model_fields_set:
        raise Problem(f"{source}: has no planned changes: it is the JSON of something else", fix=_MAKE)
    for address, change in [
        *((change.address, change.change) for change in (*plan.resource_changes, *plan.resource_drift)),
        *((f"output {name}", change) for name, change in plan.output_changes.items()),
    ]:
        _check_action(address, change, source)
    return plan


def _utf_8(data: bytes, source: str) -> bytes:
    """The text in UTF-8: Windows PowerShell redirects into UTF-16."""
    if data.startswith(_UTF_16):
        try:
            return data.decode("utf-16").encode()
        except UnicodeError:
            raise Problem(f"{source}: is neither UTF-8 nor UTF-16", fix=_MAKE) from None
    return data.removeprefix(_UTF_8_MARK)


def _check_header(data: bytes, source: str) -> None:
    """Tell of another format before telling of what is not as this one wants it."""
    try:
        header = Header.model_validate_json(data)
    except ValidationError:
        return
    _check(header, source)


def _check(header: Header, source: str) -> None:
    version = re.fullmatch(r"(\d+)\.(\d+)", header.format_version, re.ASCII)
    if version is None or int(version[1]) != MAJOR_VERSION:
        raise Problem(
            f"{source}: the plan is in a format that is not known here",
            given=f"format_version {header.format_version!r}",
            allowed=f"{MAJOR_VERSION}.x",
            fix="use a Terraform that writes it, or a newer Holdfast",
        )
    if header.errored:
        raise Problem(
            f"{source}: Terraform broke off while it planned, so the plan lacks what it did not get to",
            fix="correct the error that terraform plan reported, and plan again",
        )
    if header.complete is False or header.deferred_changes:
        raise Problem(
            f"{source}: the plan is not complete: after it is applied, more is to do",
            allowed="a plan without -target and without deferred changes",
            fix="plan the whole stack",
        )


def _check_action(address: str, change: Change, source: str) -> None:
    try:
        _ = change.action
    except ValueError:
        raise Problem(
            f"{source}: it is not known here what Terraform means to do with {address}",
            given=", ".join(change.actions),
            allowed="; ".join(", ".join(action.value) for action in Action),
            fix="use a newer Holdfast",
        ) from None


def _problem(error: ValidationError, data: bytes, source: str) -> Problem:
    first = error.errors(include_url=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    if data.startswith(_ZIP):
        return Problem(
            f"{source}: this is Terraform's own plan file, not its JSON",
            fix=f"terraform show -json {source} > plan.json",
        )
    if data.lstrip().startswith(b'{"@level"'):
        return Problem(f"{source}: this is the log of terraform plan -json, not a plan", fix=_MAKE)
    if first["type"] == "json_invalid":
        detail = str(first["msg"]).removeprefix("Invalid JSON: ")
        cut = "; it ends too early" if detail.startswith("EOF") else ""
        return Problem(f"{source}: is not valid JSON{cut}", given=detail, fix=_MAKE)
    if not place or place == "format_version":
        return Problem(f"{source}: is not a plan of Terraform", fix=_MAKE)
    return Problem(f"{source}: is not a plan of Terraform: {place}: {first['msg']}", fix=_MAKE)
