"""The drawn picture: complete, repeatable, safe to show, and the same as the one in the README."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from environments.problem import Problem
from operations.diagram import picture, write
from operations.project import ROOT
from stacks.citizen_data import CitizenData
from stacks.database_ha import DatabaseHa
from stacks.environment import load
from tests.operations.diagram.sketch import database, stack, vpc
from tests.template import Template

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

PICTURES = ROOT / "docs" / "diagrams"
COMMITTED = PICTURES / "citizen-data.svg"
README_PIXELS = 840
"""Width that a README has on GitHub."""

SMALLEST_TEXT = 10.5
"""Pixels below which text is not read any more."""


@pytest.fixture(scope="module")
def prod() -> str:
    template = Template.synthesized(
        lambda app: CitizenData(app, environment=load("prod")), name="citizen-data"
    )
    return picture(template.document)


def texts(svg: str) -> list[str]:
    return [str(element.text) for element in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_the_picture_in_the_readme_is_the_one_that_the_code_gives(prod: str) -> None:
    assert COMMITTED.read_text(encoding="utf-8") == prod, "it is stale: make diagram"


def test_the_picture_of_database_ha_is_the_one_that_the_code_gives() -> None:
    environment = load("prod").database_ha
    assert environment is not None
    template = Template.synthesized(lambda app: DatabaseHa(app, environment=environment), name="database-ha")
    drawn = picture(template.document)
    assert (PICTURES / "database-ha.svg").read_text(encoding="utf-8") == drawn, "it is stale: make diagram"
    assert {"TCP 5432 from private", "S3 buckets: exports", "exports to", "Snapshot export function"} <= {
        text.partition(" subnets")[0] for text in texts(drawn)
    }


def test_it_names_what_a_reviewer_looks_for(prod: str) -> None:
    assert {
        "VPC 10.30.0.0/16",
        "eu-central-2a",
        "NAT gateway",
        "mount target",
        "VPC endpoints",
        "primary",
        "EFS",
        "Rotation function",
        "rotated every 30 days",
        "KMS keys",
        "locked vault",
        "monitoring: 6 alarms",
        "SNS topic",
    } <= set(texts(prod))


def test_long_lines_are_wrapped() -> None:
    svg = picture(stack(database(instance_class="db." + "x" * 20 + ".8xlarge and more words than fit")))
    assert max(map(len, texts(svg))) <= 34


def test_it_is_readable_at_the_width_of_a_readme(prod: str) -> None:
    width = float(re.findall(r'viewBox="\S+ \S+ (\S+) ', prod)[0])
    sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)"', prod)]
    assert min(sizes) * README_PIXELS / width >= SMALLEST_TEXT


def test_it_brings_its_own_background(prod: str) -> None:
    assert re.search(r'<polygon fill="white" stroke="none"', prod)


def test_the_same_json_gives_the_same_picture() -> None:
    assert picture(stack(vpc() | database())) == picture(stack(vpc() | database()))


def test_text_of_the_configuration_stays_text() -> None:
    svg = picture(stack({"aws_sns_topic.topic": {"path": "topic/topic"}, **database(instance_class="<b>&")}))
    assert any(text.startswith("<b>&, 400") for text in texts(svg))


def test_a_system_without_resources_is_a_title() -> None:
    assert texts(picture(stack({}))) == ["sketch · eu-central-2"]


def test_without_node_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Problem, match=r"Node\.js is missing"):
        picture(stack({}))


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="cannot be written"):
        write(stack({}), tmp_path)


def test_it_is_written_into_a_new_folder(tmp_path: Path) -> None:
    write(stack({}), tmp_path / "pictures" / "sketch.svg")
    assert "sketch" in (tmp_path / "pictures" / "sketch.svg").read_text(encoding="utf-8")
