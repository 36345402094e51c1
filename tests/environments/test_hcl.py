"""The HCL reader: literal values come out as they are, everything else is refused with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from environments import hcl
from environments.problem import Problem

if TYPE_CHECKING:
    from pathlib import Path


def values(text: str) -> dict[str, object]:
    return hcl.parse(text, source="dev.tfvars").values


def refusal(text: str) -> Problem:
    with pytest.raises(Problem) as caught:
        hcl.parse(text, source="dev.tfvars")
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"eu-central-2"', "eu-central-2"),
        ("12", 12),
        ("-5", -5),
        ("- 5", -5),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("(3)", 3),
        ("true", True),
        ("false", False),
        ("null", None),
        ("[]", []),
        ("{}", {}),
        ('["a", # first\n "b",\n 3,\n]', ["a", "b", 3]),
        ('{ a = "x", "b.c" = { d = [1] }, e: 2\n for = 3 }', {"a": "x", "b.c": {"d": [1]}, "e": 2, "for": 3}),
        (r'"a\"b\n\t\\ \u00e9 \U0001F512"', 'a"b\n\t\\ é 🔒'),
        ('"$${x} %%{y} 100%"', "${x} %{y} 100%"),
        ('<<EOF\none "two"\nEOF\n', 'one "two"'),
        ("<<-EOF\n  one\n    two\n  EOF\n", "one\n  two"),
    ],
)
def test_literal_values_come_out_as_they_are(text: str, value: object) -> None:
    assert values(f"setting = {text}\nnext = 1\n") == {"setting": value, "next": 1}


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_any_text_survives_when_it_is_escaped(text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("${", "$${").replace("%{", "%%{")
    if "${" in text or "%{" in text:
        return  # the escape of an escape is HCL's own corner; literal markers are tested above
    assert values(f'setting = "{quoted}"') == {"setting": text}


def test_comments_are_nothing() -> None:
    assert values("# one\n// two\n/* three\n four */\na = 1 # five\n") == {"a": 1}


def test_blocks_are_lists_below_their_labels() -> None:
    text = 'terraform {\n  backend "s3" {\n    bucket = "b"\n  }\n}\nterraform {\n}\n'
    assert values(text) == {"terraform": [{"backend": [{"s3": {"bucket": "b"}}]}, {}]}


def test_every_value_knows_its_line() -> None:
    document = hcl.parse('a = 1\nb = {\n  c = [\n    1,\n    2\n  ]\n}\nd "e" {\n  f = 1\n}\n', source="x")
    assert document.line(("b",)) == 2
    assert document.line(("b", "c")) == 3
    assert document.line(("b", "c", 1)) == 5
    assert document.line(("d", 0, "e", "f")) == 9
    assert document.line(("b", "missing")) == 2
    assert document.line(("missing",)) is None


@pytest.mark.parametrize(
    "expression",
    [
        "var.region",
        '"${var.region}"',
        'file("region.txt")',
        "1 + 2",
        "unquoted",
        "true ? 1 : 2",
        "[for az in azs : az]",
        "{ (key) = 1 }",
        "!true",
        "-true",
        '"%{ if true }x%{ endif }"',
        "azs[0]",
        "<<E\n${x}\nE\n",
    ],
)
def test_an_expression_is_refused_with_its_line(expression: str) -> None:
    problem = refusal(f"\nsetting = {expression}\n")
    assert "dev.tfvars, line 2" in problem.what
    assert "expression" in problem.what
    assert problem.given is not None
    assert str(problem.given).split(" ...")[0] in expression
    assert problem.allowed is not None
    assert '"text"' in problem.allowed


@pytest.mark.parametrize(
    ("text", "line", "allowed"),
    [
        ("a = 1\nb = \n", 2, "a value"),
        ("a = [1,\n\nb = 2\n", 3, "] or a comma"),
        ("a = {\n  b = 1\n", 2, "}"),
        ("= 1\n", 1, "the name of a setting"),
    ],
)
def test_broken_syntax_says_where_and_what_was_expected(text: str, line: int, allowed: str) -> None:
    problem = refusal(text)
    assert f"dev.tfvars, line {line}" in problem.what
    assert allowed in str(problem.allowed)


def test_a_brace_too_many_is_shown() -> None:
    problem = refusal("a = 1\n}\n")
    assert "line 2" in problem.what
    assert problem.given == "}"


def test_an_unclosed_string_is_found_on_its_own_line() -> None:
    problem = refusal('a = "ok" # "\nb = "eu-central-2\nc = "other"\n')
    assert "line 2" in problem.what
    assert "double quote" in str(problem.fix)


def test_a_string_over_two_lines_is_refused() -> None:
    assert "line 1: a string runs over its line" in refusal('a = "x\ny"\n').what


@pytest.mark.parametrize("escape", [r"\q", r"\ud800", r"\U00110000", r"\u12"])
def test_an_unknown_escape_is_refused(escape: str) -> None:
    problem = refusal(f'a = "{escape}"')
    assert "unknown escape" in problem.what


@pytest.mark.parametrize("text", ["a = 1\na = 2\n", "b = 0\na = {\n x = 1\n x = 2 }\n", "a {\n}\na = 1\n"])
def test_a_setting_written_twice_is_refused(text: str) -> None:
    assert "is set twice" in refusal(text).what


def test_two_settings_on_one_line_are_refused() -> None:
    assert "line 1: two settings on one line" in refusal("a = 1 b = 2\n").what


def test_files_are_read_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "dev.tfvars"
    path.write_bytes('\ufeffname = "Zürich"\r\nn = 1\r\n'.encode())
    assert hcl.read(path) == {"name": "Zürich", "n": 1}


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"none\.tfvars: there is no such file"):
        hcl.read(tmp_path / "none.tfvars")


def test_a_directory_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="cannot be read"):
        hcl.read(tmp_path)


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "dev.tfvars"
    path.write_bytes('name = "Zürich"\n'.encode("latin-1"))
    with pytest.raises(Problem, match=r"is not UTF-8 text \(byte 9\)") as caught:
        hcl.read(path)
    assert caught.value.given == "0xfc"
