from __future__ import annotations

from typing import Any

import pytest

from environments.problem import Problem
from operations import deployed
from operations.project import Project


def _outputs(**values: str) -> dict[str, Any]:
    return {name: {"value": value, "sensitive": False} for name, value in values.items()}


def test_the_masters_secret_comes_first_because_others_need_it() -> None:
    found = deployed.of(
        _outputs(
            application_credentials_arn="arn:application",
            credentials_arn="arn:master",
            database_identifier="dr-citizen-db-dev",
            region="eu-central-2",
            vpc_id="vpc-1",
        ),
        "citizen-data",
    )
    assert found.secrets == ("arn:master", "arn:application")
    assert (found.region, found.database) == ("eu-central-2", "dr-citizen-db-dev")


def test_what_has_an_endpoint_for_readers_is_a_cluster() -> None:
    outputs = {"credentials_arn": "arn:master", "database_identifier": "db", "region": "eu-central-2"}
    assert not deployed.of(_outputs(**outputs), "database-ha").cluster
    assert deployed.of(_outputs(**outputs, database_reader_endpoint="db-ro:5432"), "database-ha").cluster


@pytest.mark.parametrize("outputs", [{}, {"region": "eu-central-2", "vpc_id": "vpc-1"}])
def test_a_system_that_is_not_deployed(outputs: dict[str, str]) -> None:
    with pytest.raises(Problem, match="citizen-data is not deployed") as problem:
        deployed.of(_outputs(**outputs), "citizen-data")
    assert "holdfast deploy citizen-data" in str(problem.value)


def test_an_arn_names_its_region() -> None:
    arn = "arn:aws:secretsmanager:eu-south-1:123456789012:secret:dr-db-credentials-dev-AbCdEf"
    assert deployed.region_of(Project(), "citizen-data", arn, environment=None) == "eu-south-1"


@pytest.mark.parametrize("arn", ["arn:aws:s3:::bucket", "arn:aws:lambda:eu-south-1:123456789012:function:f"])
def test_an_arn_of_something_else(arn: str) -> None:
    with pytest.raises(Problem, match="no ARN of a secret"):
        deployed.region_of(Project(), "citizen-data", arn, environment=None)
