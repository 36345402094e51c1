"""A read replica, and an instance that is made from a backup."""

from __future__ import annotations

import pytest
from cdktf import TerraformStack
from pydantic import ValidationError

from modules.database.restore import RestoreSettings
from modules.database.settings import DatabaseSettings, check_region
from modules.settings import Profile
from tests.modules.site import REGION, ZONES
from tests.modules.test_database import _build
from tests.template import Resource, Template

SNAPSHOT = "rds:ha-postgres-dev-2026-11-25-03-10"


def _template(profile: Profile = "regulated", *, removable: bool = False, **settings: object) -> Template:
    def build(stack: TerraformStack) -> None:
        parsed = DatabaseSettings.model_validate({"backup_retention_days": 35, **settings})
        database = _build(stack, profile, removable=removable, **settings)
        if parsed.replica is not None:
            database.replicate(parsed, parsed.replica)

    return Template.of(build)


@pytest.fixture(scope="module")
def replicated() -> Template:
    return _template(replica={"instance_class": "db.r6g.large"})


def _replica(template: Template) -> Resource:
    return template.one("aws_db_instance", "database/replica")


def test_a_replica_follows_the_instance(replicated: Template) -> None:
    replica = _replica(replicated)
    assert replicated.address("aws_db_instance", "database/instance") in replica["replicate_source_db"]
    assert (replica["identifier"], replica["instance_class"]) == (
        "dr-citizen-db-test-replica",
        "db.r6g.large",
    )
    assert not {"username", "password_wo", "db_name", "engine_version"} & set(replica)


def test_a_replica_is_as_closed_and_as_observed_as_its_source(replicated: Template) -> None:
    replica, source = _replica(replicated), replicated.one("aws_db_instance", "database/instance")
    for name in (
        "vpc_security_group_ids",
        "publicly_accessible",
        "storage_encrypted",
        "parameter_group_name",
        "monitoring_role_arn",
        "performance_insights_kms_key_id",
        "enabled_cloudwatch_logs_exports",
        "deletion_protection",
        "ca_cert_identifier",
    ):
        assert replica[name] == source[name], name
    logs = replicated.one("aws_cloudwatch_log_group", "replica-postgresql-logs")
    assert logs["name"] == "/aws/rds/instance/dr-citizen-db-test-replica/postgresql"
    assert logs["kms_key_id"].startswith("${aws_kms_key.")


def test_c38_a_replica_has_no_final_snapshot_and_can_be_removed(replicated: Template) -> None:
    assert _replica(replicated)["skip_final_snapshot"] is True
    assert "final_snapshot_identifier" not in _replica(replicated)
    assert _replica(_template(removable=True, replica={}))["deletion_protection"] is False


def test_a_replica_can_have_a_standby_of_its_own() -> None:
    assert _replica(_template(replica={}))["multi_az"] is False
    assert _replica(_template(replica={"multi_az": True}))["multi_az"] is True


def test_c07_a_replica_whose_class_the_region_does_not_have() -> None:
    settings = DatabaseSettings.model_validate({"replica": {"instance_class": "db.r3.large"}})
    with pytest.raises(ValueError, match=rf"no db.r3.large in {REGION} \[C07\]"):
        check_region(settings, REGION, ZONES)


@pytest.mark.parametrize(
    ("restore", "arguments"),
    [
        ({"snapshot": SNAPSHOT}, {"snapshot_identifier": SNAPSHOT}),
        (
            {"instance": "ha-postgres-dev-before"},
            {
                "restore_to_point_in_time": {
                    "source_db_instance_identifier": "ha-postgres-dev-before",
                    "use_latest_restorable_time": True,
                }
            },
        ),
        (
            {"instance": "ha-postgres-dev-before", "time": "2026-11-25T12:00:00Z"},
            {
                "restore_to_point_in_time": {
                    "source_db_instance_identifier": "ha-postgres-dev-before",
                    "restore_time": "2026-11-25T12:00:00Z",
                }
            },
        ),
    ],
)
def test_an_instance_is_made_from_a_backup(restore: dict[str, str], arguments: Resource) -> None:
    instance = _template(restore=restore).one("aws_db_instance")
    assert {name: instance.get(name) for name in arguments} == arguments


def test_an_instance_that_there_is_stays_whatever_it_was_made_from() -> None:
    for template in (_template(), _template(restore={"snapshot": SNAPSHOT})):
        ignored = template.one("aws_db_instance")["lifecycle"]["ignore_changes"]
        assert {"snapshot_identifier", "restore_to_point_in_time"} <= set(ignored)


def test_a_resize_changes_arguments_that_rds_changes_in_place() -> None:
    before = _template().one("aws_db_instance")
    after = _template(
        instance_class="db.r6g.xlarge",
        storage_gb=400,
        max_storage_gb=2000,
        iops=12000,
        throughput_mbps=500,
        apply_immediately=True,
    ).one("aws_db_instance")
    assert {name for name in after if after[name] != before.get(name)} == {
        "allocated_storage",
        "apply_immediately",
        "instance_class",
        "iops",
        "max_allocated_storage",
        "storage_throughput",
    }
    assert (before["apply_immediately"], after["apply_immediately"]) == (False, True)


def test_a_major_upgrade_is_asked_for() -> None:
    assert "allow_major_version_upgrade" not in _template().one("aws_db_instance")
    asked = _template(engine_version="17", allow_major_version_upgrade=True)
    assert asked.one("aws_db_instance")["allow_major_version_upgrade"] is True
    # The new group is there before the old one goes.
    group = asked.one("aws_db_parameter_group")
    assert (group["family"], group["lifecycle"]) == ("postgres17", {"create_before_destroy": True})


@pytest.mark.parametrize(
    ("restore", "message"),
    [
        ({}, "restore names no source"),
        ({"snapshot": "a", "instance": "b"}, "restore names two sources"),
        ({"snapshot": "a", "time": "2026-11-25T12:00:00Z"}, "restore.time with a snapshot"),
        ({"instance": "b", "time": "yesterday"}, "pattern"),
        ({"instance": "-b"}, "pattern"),
    ],
)
def test_sources_that_are_none(restore: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        RestoreSettings.model_validate(restore)
