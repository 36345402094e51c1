"""Where Terraform keeps its states: the S3 backend of ``backend.tf``, checked before anything uses it."""

from __future__ import annotations

import ipaddress
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from environments import hcl
from environments.problem import Problem

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from environments.document import Document, Location

FILE = Path("backend.tf")
"""The backend file of the project, relative to its root."""

EXAMPLE = Path("backend.tf.example")
"""The file that `FILE` is copied from."""

PLACEHOLDER = "REPLACE-ME"
"""Stands in `EXAMPLE` where everyone needs a name of their own."""

_COPY = f"cp {EXAMPLE} {FILE}, and edit it"
_RESERVED_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
_REGION = r"^[a-z]{2}(-[a-z]+)+-\d$"
_TABLE = r"^[a-zA-Z0-9_.-]{3,255}$"
_KEY = (
    r"^(alias/[a-zA-Z0-9/_-]+"
    r"|arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(key/[a-z0-9-]+|alias/[a-zA-Z0-9/_-]+))$"
)
_FOLDER = r"^[a-zA-Z0-9_.-]+(/[a-zA-Z0-9_.-]+)*$"


def _bucket_name(name: str) -> str:
    """Amazon S3 User Guide, "General purpose bucket naming rules" (read 2026-11)."""
    if PLACEHOLDER in name:
        raise ValueError("a name of your own; this is the placeholder of the example")
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name) or ".." in name:
        raise ValueError(
            "3 to 63 lower-case letters, digits, hyphens and single dots, with a letter or digit at both ends"
        )
    if _is_address(name):
        raise ValueError("a name that is not an IP address")
    if name.startswith(_RESERVED_PREFIXES):
        raise ValueError(f"a name that does not start with {', '.join(_RESERVED_PREFIXES)} (reserved by AWS)")
    if name.endswith(_RESERVED_SUFFIXES):
        raise ValueError(f"a name that does not end with {', '.join(_RESERVED_SUFFIXES)} (reserved by AWS)")
    return name


def _is_address(name: str) -> bool:
    try:
        ipaddress.IPv4Address(name)
    except ValueError:
        return False
    return True


def _folder(key: str) -> str:
    if key.endswith(".tfstate"):
        raise ValueError("a folder such as holdfast: each system gets its own .tfstate file below it")
    return key


class Backend(BaseModel):
    """The S3 backend: one bucket, one KMS key and one lock table for the states of all systems.

    Attributes:
        bucket: name of the S3 bucket.
        region: region of bucket, key and table.
        key_prefix: folder of the states in the bucket; ``key`` in the file.
        dynamodb_table: name of the lock table, 3 to 255 letters, digits, ``_``, ``-`` and dots.
        kms_key_id: ``alias/...`` or an ARN of the key that encrypts the states.
        encrypt: always true; a state tells everything about a system.
        use_lockfile: always true; see docs/decisions on the two locks.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    bucket: Annotated[str, AfterValidator(_bucket_name)]
    region: Annotated[str, StringConstraints(pattern=_REGION)]
    key_prefix: Annotated[
        str, StringConstraints(pattern=_FOLDER), AfterValidator(_folder), Field(alias="key")
    ] = "holdfast"
    dynamodb_table: Annotated[str, StringConstraints(pattern=_TABLE)]
    kms_key_id: Annotated[str, StringConstraints(pattern=_KEY)]
    encrypt: Literal[True] = True
    use_lockfile: Literal[True] = True

    def key_for(self, stack: str, environment: str, suffix: str | None = None) -> str:
        """Where in the bucket the state of one stack is.

        Args:
            stack: the stack's name, ``citizen-data``.
            environment: name of the environment, ``dev``.
            suffix: environment suffix, the environment's name unless given. It is part of the key because two
                deployments of one environment (two pull requests) must not share a state.
        """
        return f"{self.key_prefix}/{environment}/{suffix or environment}/{stack}.tfstate"

    def settings(self, stack: str, *, environment: str, suffix: str | None = None) -> dict[str, str | bool]:
        """The arguments of ``cdktf.S3Backend`` for one stack; `overrides` has what it lacks."""
        return {
            "bucket": self.bucket,
            "region": self.region,
            "key": self.key_for(stack, environment, suffix),
            "dynamodb_table": self.dynamodb_table,
            "kms_key_id": self.kms_key_id,
            "encrypt": self.encrypt,
        }

    def overrides(self) -> dict[str, bool]:
        """What ``add_override`` sets on the backend: arguments that ``cdktf.S3Backend`` does not know."""
        return {"use_lockfile": self.use_lockfile}


def read(path: Path = FILE) -> Backend | None:
    """The backend that a file describes.

    Returns:
        None when there is no such file: the state is then kept locally.

    Raises:
        Problem: the file is broken, describes another backend, or a setting is unknown, missing or not valid.
    """
    if not path.exists():
        return None
    document = hcl.load(path)
    place, settings = _s3(document, path)
    try:
        return Backend.model_validate(settings)
    except ValidationError as error:
        raise _problem(error, document, place, path) from None


def place(
    backend: Backend | None, stack: str, *, environment: str, suffix: str
) -> tuple[str, dict[str, Any]]:
    """Where the state of a stack is kept: the kind of backend, and its arguments.

    Args:
        backend: of ``backend.tf``; without one, states are files in the working directory.
        stack: the stack's name, ``citizen-data``.
        environment: name of the environment.
        suffix: environment suffix.
    """
    if backend is None:
        # Not cdktf's own name for it: that is the same one for all environments.
        return "local", {"path": str(Path.cwd() / f"{environment}.{suffix}.{stack}.tfstate")}
    return "s3", backend.settings(stack, environment=environment, suffix=suffix)


def required(path: Path = FILE) -> Backend:
    """Like `read`, for what cannot work without a backend.

    Raises:
        Problem: also when there is no such file.
    """
    backend = read(path)
    if backend is None:
        raise Problem(f"{path}: there is no such file, so no state backend is configured", fix=_COPY)
    return backend


def _s3(document: Document, path: Path) -> tuple[Location, object]:
    """The one ``terraform { backend "s3" { ... } }`` block of a file, and where it is."""
    others = sorted(set(document.values) - {"terraform"})
    if others:
        raise Problem(
            f"{path}, line {document.lines[(others[0],)]}: {others[0]} does not belong in a backend file",
            allowed='one block terraform { backend "s3" { ... } }',
            fix=_COPY,
        )
    found: list[tuple[Location, str, object]] = []
    terraform = document.values.get("terraform")
    for index, block in enumerate(terraform if isinstance(terraform, list) else []):
        backends = block.get("backend", []) if isinstance(block, dict) else []
        for inner, backend in enumerate(backends if isinstance(backends, list) else []):
            for kind, settings in backend.items() if isinstance(backend, dict) else ():
                found.append((("terraform", index, "backend", inner, kind), kind, settings))
    if len(found) != 1:
        raise Problem(
            f"{path}: {len(found) or 'no'} backend blocks",
            allowed='one block terraform { backend "s3" { ... } }',
            fix=_COPY,
        )
    ((place, kind, settings),) = found
    if kind != "s3":
        raise Problem(
            f"{path}, line {document.line(place)}: the backend is not S3", given=kind, allowed="s3", fix=_COPY
        )
    return place, settings


def _problem(error: ValidationError, document: Document, place: Location, path: Path) -> Problem:
    """The first thing that is wrong with the settings, in the words of the file."""
    known = [field.alias or name for name, field in Backend.model_fields.items()]
    # A misspelt setting is also a missing one; the misspelling is what helps.
    first = min(error.errors(), key=lambda details: details["type"] != "extra_forbidden")
    name = str(first["loc"][0])
    where = f"{path}, line {document.line((*place, name))}"
    match first["type"]:
        case "missing":
            return Problem(
                f"{where}: the backend lacks the setting {name}", fix=f"add it; {EXAMPLE} explains each one"
            )
        case "extra_forbidden":
            return Problem(
                f"{where}: the backend has no setting {name}",
                allowed=", ".join(known),
                fix="credentials and profiles come from the environment (AWS_PROFILE, ...)",
            )
        case _:
            return Problem(
                f"{where}: {name} is not valid",
                given=json.dumps(first["input"]),
                allowed=_allowed(name, first),
            )


def _allowed(name: str, details: ErrorDetails) -> str:
    """What a setting may be, without pydantic's words around it."""
    if details["type"] == "string_type":
        return "text in double quotes"
    if details["type"] == "value_error":
        return details["msg"].removeprefix("Value error, ")
    return {
        "region": "the name of an AWS region, such as eu-central-2",
        "key": "the name of a folder, such as holdfast or team/holdfast",
        "kms_key_id": "alias/<name>, or the ARN of a KMS key or alias",
        "dynamodb_table": "3 to 255 letters, digits, underscores, hyphens and dots",
        "encrypt": "true, without quotes",
        "use_lockfile": "true, without quotes",
    }[name]
