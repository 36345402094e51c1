"""Environments with a database-ha, and the system synthesized."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments.problem import Problem
from stacks.database_ha import DatabaseHa
from stacks.environment import load
from stacks.settings import DatabaseHaSettings
from tests.template import Template

NAME = "database-ha"

FILE = """
region             = "eu-central-2"
availability_zones = ["eu-central-2a", "eu-central-2b", "eu-central-2c"]
suffix             = "test"
profile            = "%s"
tags = {
  project     = "Citizen Data"
  cost_center = "platform"
}
database = {
  backup_retention_days = 35
}
database_ha = {
  %s
}
"""


def settings(folder: Path, block: str = "", *, profile: str = "ephemeral") -> DatabaseHaSettings:
    (folder / "test.tfvars").write_text(FILE % (profile, block))
    found = load("test", folder=folder).database_ha
    assert found is not None
    return found


def refused(folder: Path, block: str, *, profile: str = "ephemeral") -> str:
    with pytest.raises(Problem) as problem:
        settings(folder, block, profile=profile)
    return str(problem.value)


def synthesized(environment: DatabaseHaSettings | None, *, removable: bool = False) -> Template:
    assert environment is not None
    return Template.synthesized(
        lambda app: DatabaseHa(app, environment=environment, removable=removable), name=NAME
    )
