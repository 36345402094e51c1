"""Turns HCL text into plain Python values, with the line of every setting.

python-hcl2 parses; this module turns its syntax tree into values itself, because python-hcl2's own conversion
silently keeps the last of two equal settings and hands expressions out as text. Importing the parser takes a tenth of a
second: :mod:`environments.hcl` does it only for what it has not read before.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import hcl2
from lark import Token, Tree
from lark.exceptions import UnexpectedInput, UnexpectedToken

from environments.document import Document
from environments.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from environments.document import Location

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_ESCAPES_ALLOWED = r"\n \r \t \" \\ \uNNNN \UNNNNNNNN"
_ESCAPE = re.compile(r"\\(?:u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8})|(?P<other>.))", re.DOTALL)
_LARGEST_CODE_POINT = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)
_LITERALS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_PLAIN_NAMES = {"identifier", "keyword", "literal_value", "int_lit", "float_lit"}
_EXPECTED = (
    ("RSQB", "]"),
    ("RBRACE", "}"),
    ("RPAR", ")"),
    ("COMMA", "a comma"),
    ("DBLQUOTE", "a value"),
    ("EQ", "="),
    ("NL_OR_COMMENT", "the end of the line"),
    ("NAME", "the name of a setting"),
)


def parse(text: str, *, source: str) -> Document:
    """The values of HCL text and their lines.

    Args:
        text: the HCL.
        source: what to call it in messages, usually the path.

    Raises:
        Problem: it is not HCL, says a thing twice, or holds an expression (a variable, a function call, ``${...}``,
            arithmetic) where a literal is needed.
    """
    try:
        tree = hcl2.parses_to_tree(text)
    except UnexpectedInput as error:
        raise _syntax_problem(error, text, source) from None
    reader = _Reader(text, source)
    (body,) = tree.children
    return Document(values=reader.body(body, ()), lines=reader.lines)


class _Reader:
    """Walks one syntax tree and keeps the lines of what it meets."""

    def __init__(self, text: str, source: str) -> None:
        self.text = text
        self.source = source
        self.lines: dict[Location, int] = {}

    def body(self, node: Tree[Token], place: Location) -> dict[str, object]:
        values: dict[str, object] = {}
        blocks: dict[str, list[object]] = {}
        previous: Tree[Token] | None = None
        for child in _subtrees(node):
            if child.data in {"attribute", "block"}:
                if previous is not None and not _ends_its_line(previous):
                    raise self.problem(
                        child.meta.line, "two settings on one line", fix="give each its own line"
                    )
                name = self.name(child.children[0])
                if child.data == "attribute":
                    self.note((*place, name), child.meta.line)
                    values[name] = self.expression(child.children[2], (*place, name))
                else:
                    if name not in blocks:
                        self.note((*place, name), child.meta.line)
                    bodies = blocks.setdefault(name, [])
                    bodies.append(self.block(child, (*place, name, len(bodies))))
            previous = None if child.data == "new_line_or_comment" else child
        return {**values, **blocks}

    def block(self, node: Tree[Token], place: Location) -> object:
        _, *labels, body = _subtrees(node)
        names = [self.name(label) for label in labels if label.data != "new_line_or_comment"]
        value: object = self.body(body, (*place, *names))
        for name in reversed(names):
            value = {name: value}
        return value

    def name(self, node: Tree[Token] | Token) -> str:
        if isinstance(node, Tree):
            if node.data == "expr_term" and len(node.children) == 1:
                return self.name(node.children[0])
            if node.data in _PLAIN_NAMES:
                return str(node.children[0])
            if node.data == "string":
                return self.string(node)
        raise self.not_literal(node)

    def expression(self, node: Tree[Token] | Token, place: Location) -> object:
        readers: dict[str, Callable[[Tree[Token]], object]] = {
            "expr_term": lambda term: self.expression(_only(term), place),
            "string": self.string,
            "int_lit": lambda number: int(str(number.children[0])),
            "float_lit": lambda number: float(str(number.children[0])),
            "literal_value": lambda word: _LITERALS[str(word.children[0])],
            "unary_op": lambda operation: self.negative(operation, place),
            "tuple": lambda items: self.sequence(items, place),
            "object": lambda items: self.mapping(items, place),
            "heredoc_template": self.heredoc,
            "heredoc_template_trim": self.heredoc,
        }
        if isinstance(node, Tree) and node.data in readers:
            return readers[node.data](node)
        raise self.not_literal(node)

    def negative(self, node: Tree[Token], place: Location) -> object:
        sign, operand = node.children
        value = self.expression(operand, place)
        if str(sign) != "-" or isinstance(value, bool) or not isinstance(value, int | float):
            raise self.not_literal(node)
        return -value

    def sequence(self, node: Tree[Token], place: Location) -> list[object]:
        items = [child for child in _subtrees(node) if child.data != "new_line_or_comment"]
        for index, item in enumerate(items):
            self.lines[*place, index] = item.meta.line
        return [self.expression(item, (*place, index)) for index, item in enumerate(items)]

    def mapping(self, node: Tree[Token], place: Location) -> dict[str, object]:
        values: dict[str, object] = {}
        for item in _subtrees(node):
            if item.data == "object_elem":
                key, _, value = item.children
                name = self.name(key.children[0] if isinstance(key, Tree) else key)
                self.note((*place, name), item.meta.line)
                values[name] = self.expression(value, (*place, name))
        return values

    def string(self, node: Tree[Token]) -> str:
        parts = []
        for part in _subtrees(node):
            (content,) = part.children
            if isinstance(content, Tree):
                raise self.not_literal(node)
            if "\n" in content:
                raise self.problem(
                    node.meta.line,
                    "a string runs over its line",
                    fix="close it with a double quote",
                )
            if content.type == "STRING_CHARS":
                parts.append(_ESCAPE.sub(lambda found: self.escape(found, node.meta.line), content))
            else:  # "$${" and "%%{" stand for "${" and "%{"
                parts.append(content[1:])
        return "".join(parts)

    def escape(self, found: re.Match[str], line: int) -> str:
        code = found["u"] or found["U"]
        if code and int(code, 16) <= _LARGEST_CODE_POINT and int(code, 16) not in _SURROGATES:
            return chr(int(code, 16))
        if found["other"] in _ESCAPES:
            return _ESCAPES[found["other"]]
        raise self.problem(line, "an unknown escape in a string", given=found[0], allowed=_ESCAPES_ALLOWED)

    def heredoc(self, node: Tree[Token]) -> str:
        text = str(node.children[0])
        if re.search(r"[$%]\{", text):
            raise self.not_literal(node)
        options = hcl2.SerializationOptions(preserve_heredocs=False, strip_string_quotes=True)
        value: str = hcl2.loads(f"text = {text}", serialization_options=options)["text"]
        return value

    def note(self, place: Location, line: int) -> None:
        if place in self.lines:
            raise self.problem(
                line,
                f"{place[-1]!s} is set twice",
                given=f"lines {self.lines[place]} and {line}",
                fix="keep one of them",
            )
        self.lines[place] = line

    def not_literal(self, node: Tree[Token] | Token) -> Problem:
        line = node.meta.line if isinstance(node, Tree) else (node.line or 1)
        start, end = (node.meta.start_pos, node.meta.end_pos) if isinstance(node, Tree) else (0, 0)
        first, *rest = (self.text[start:end] or str(node)).strip().splitlines()
        return self.problem(
            line,
            "this is an expression, and only literal values can be read here",
            given=f"{first} ..." if rest else first,
            allowed='"text", numbers, true, false, null, [lists] and { objects } of these',
            fix="write the value itself; text goes in double quotes",
        )

    def problem(self, line: int, what: str, **details: str) -> Problem:
        return Problem(f"{self.source}, line {line}: {what}", **details)


def _subtrees(node: Tree[Token]) -> list[Tree[Token]]:
    return [child for child in node.children if isinstance(child, Tree)]


def _only(term: Tree[Token]) -> Tree[Token]:
    """The one expression of a term: a term in parentheses has tokens and comments around it."""
    (inner,) = [child for child in _subtrees(term) if child.data != "new_line_or_comment"]
    return inner


def _ends_its_line(node: Tree[Token]) -> bool:
    """A heredoc takes the end of its line with it; everything else leaves it to follow."""
    *_, last = node.scan_values(lambda _: True)
    return str(last).endswith("\n")


def _syntax_problem(error: UnexpectedInput, text: str, source: str) -> Problem:
    """What a syntax error means to a person: where, what stands there, what was expected."""
    lines = text.splitlines()
    line = min(max(error.line, 1), max(len(lines), 1))
    fix = "correct the line; Terraform's syntax for .tf and .tfvars files applies"
    unclosed = _unclosed_quote(lines[:line])
    if unclosed is not None:
        line, fix = unclosed, "close the string with a double quote on the same line"
    given = lines[line - 1].strip() if lines else ""
    at_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    what = "the file ends too early" if at_end else "this is not valid HCL"
    expected = error.expected if isinstance(error, UnexpectedToken) else getattr(error, "allowed", None) or ()
    words = [word for terminal, word in _EXPECTED if terminal in expected and unclosed is None]
    return Problem(
        f"{source}, line {line}: {what}", given=given or None, allowed=" or ".join(words) or None, fix=fix
    )


def _unclosed_quote(lines: list[str]) -> int | None:
    """The first line (from 1) whose double quotes do not pair up, comments aside."""
    for number, line in enumerate(lines, start=1):
        code = re.sub(r'"(?:[^"\\]|\\.)*"', "", line)
        if '"' in re.split(r"#|//", code)[0]:
            return number
    return None
