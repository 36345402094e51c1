"""Read literal HCL (``.tfvars``, ``backend.tf``) into plain Python values, with the line of every setting.

Importing the parser takes a tenth of a second: it is done by the first text that is parsed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from environments.problem import Problem

if TYPE_CHECKING:
    from pathlib import Path

    from environments.document import Document


def read(path: Path) -> dict[str, object]:
    """The values of an HCL file.

    Raises:
        Problem: see `load`.
    """
    return load(path).values


def load(path: Path, *, source: str | None = None) -> Document:
    """The values of an HCL file and their lines.

    Args:
        path: a file of attributes and blocks with literal values.
        source: what to call it in messages; its path unless given.

    Raises:
        Problem: the file is missing, not UTF-8, not HCL, says a thing twice, or holds an expression
            (a variable, a function call, ``${...}``, arithmetic) where a literal is needed.
    """
    source = source or str(path)
    return parse(text_of(path, source=source), source=source)


def text_of(path: Path, *, source: str) -> str:
    """The text of an HCL file.

    Args:
        path: the file.
        source: what to call it in messages.

    Raises:
        Problem: the file is missing, or not UTF-8.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise Problem(f"{source}: there is no such file", fix="check the name, or create the file") from None
    except OSError as error:
        raise Problem(f"{source}: cannot be read ({error.strerror})", fix="name a readable file") from None
    except UnicodeDecodeError as error:
        raise Problem(
            f"{source}: is not UTF-8 text (byte {error.start})",
            given=hex(error.object[error.start]),
            fix="save the file in the encoding UTF-8",
        ) from None
    return text


def parse(text: str, *, source: str) -> Document:
    """The values of HCL text and their lines.

    Args:
        text: the HCL.
        source: what to call it in messages, usually the path.

    Raises:
        Problem: as in `load`.
    """
    from environments import hcl_tree  # noqa: PLC0415 - it takes a tenth of a second

    return hcl_tree.parse(text, source=source)
