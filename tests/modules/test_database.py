from __future__ import annotations

import pytest
from cdktf import TerraformStack

from modules.credentials.credentials import EphemeralPassword
from modules.database.database import Database
from modules.database.settings import DatabaseSettings
from modules.settings import Profile
from tests.modules.reading import let_a_role_read
from tests.modules.site import Site, name
from tests.template import Template, statements

PASSWORD = EphemeralPassword("${ephemeral.some.password}", 3)


def _build(
    stack: TerraformStack, profile: Profile, *, removable: bool = False, **settings: object
) -> Database:
    site = Site(stack)
    return Database(
        stack,
        "database",
        name=name,
        identifier="dr-citizen-db-test",
        account=site.account,
        network=site.network(),
        settings=DatabaseSettings.model_validate(settings),
        profile=profile,
        removable=removable,
        key=site.key,
        logs_key=site.key,
        password=PASSWORD,
    )


def _template(profile: Profile, *, removable: bool = False, **settings: object) -> Template:
    return Template.of(lambda stack: _build(stack, profile, removable=removable, **settings))


@pytest.fixture(scope="module")
def ephemeral() -> Template:
    def build(stack: TerraformStack) -> None:
        let_a_role_read(stack, _build(stack, "ephemeral"))

    return Template.of(build)


@pytest.fixture(scope="module")
def regulated() -> Template:
    return _template("regulated", backup_retention_days=35)


def test_it_is_encrypted_private_and_multi_az(ephemeral: Template) -> None:
    instance = ephemeral.one("aws_db_instance")
    assert instance["storage_encrypted"] is True
    assert instance["kms_key_id"].startswith("${aws_kms_key.")
    assert instance["publicly_accessible"] is False
    assert instance["multi_az"] is True
    assert "availability_zone" not in instance


def test_it_lies_in_the_isolated_subnets(ephemeral: Template) -> None:
    subnets = ephemeral.one("aws_db_subnet_group")["subnet_ids"]
    assert len(subnets) == 3
    assert all("network_database-eu-central-2" in subnet for subnet in subnets)


def test_the_password_goes_past_the_state(ephemeral: Template) -> None:
    instance = ephemeral.one("aws_db_instance")
    assert instance["password_wo"] == PASSWORD.expression
    assert instance["password_wo_version"] == 3
    assert "password" not in instance
    assert "manage_master_user_password" not in instance


def test_it_takes_tls_only(ephemeral: Template) -> None:
    parameters = {item["name"]: item for item in ephemeral.one("aws_db_parameter_group")["parameter"]}
    assert parameters["rds.force_ssl"]["value"] == "1"
    assert parameters["password_encryption"]["value"] == "scram-sha-256"
    assert ephemeral.one("aws_db_instance")["ca_cert_identifier"] == "rds-ca-rsa2048-g1"


def test_c41_static_parameters_wait_for_a_restart(ephemeral: Template) -> None:
    methods = {
        item["name"]: item["apply_method"] for item in ephemeral.one("aws_db_parameter_group")["parameter"]
    }
    assert methods["shared_preload_libraries"] == "pending-reboot"
    assert methods["max_connections"] == "pending-reboot"
    assert methods["log_min_duration_statement"] == "immediate"


@pytest.mark.parametrize(
    "name", ["pg_stat_statements.max", "cron.database_name", "rds.restrict_password_commands"]
)
def test_c41_parameters_of_extensions_and_of_rds_can_be_static_too(name: str) -> None:
    group = _template("ephemeral", parameters={name: "1"}).one("aws_db_parameter_group")
    methods = {item["name"]: item["apply_method"] for item in group["parameter"]}
    assert methods[name] == "pending-reboot"


def test_c52_what_rds_does_anyway_is_not_planned_for_ever(ephemeral: Template) -> None:
    methods = {
        item["name"]: item["apply_method"] for item in ephemeral.one("aws_db_parameter_group")["parameter"]
    }
    for said in ("rds.force_ssl", "password_encryption", "rds.force_autovacuum_logging_level"):
        assert methods[said] == "pending-reboot"


def test_c52_another_value_than_that_of_rds_takes_effect_at_once() -> None:
    group = _template("ephemeral", parameters={"rds.force_autovacuum_logging_level": "log"}).one(
        "aws_db_parameter_group"
    )
    methods = {item["name"]: item["apply_method"] for item in group["parameter"]}
    assert methods["rds.force_autovacuum_logging_level"] == "immediate"


def test_max_connections_is_set_to_what_the_alarm_counts_on() -> None:
    databases = []
    template = Template.of(
        lambda stack: databases.append(_build(stack, "ephemeral", instance_class="db.t3.medium"))
    )
    parameters = {item["name"]: item["value"] for item in template.one("aws_db_parameter_group")["parameter"]}
    # 4 GiB / 9531392 bytes, the formula that RDS itself uses.
    assert parameters["max_connections"] == "450"
    assert databases[0].max_connections == 450


def test_it_is_observed(ephemeral: Template) -> None:
    instance = ephemeral.one("aws_db_instance")
    assert instance["monitoring_interval"] == 60
    assert "aws_iam_role." in instance["monitoring_role_arn"]
    assert instance["performance_insights_enabled"] is True
    assert instance["performance_insights_kms_key_id"].startswith("${aws_kms_key.")
    assert instance["enabled_cloudwatch_logs_exports"] == ["postgresql", "upgrade"]
    assert instance["iam_database_authentication_enabled"] is True


def test_its_log_groups_are_ours_encrypted_and_there_before_it(ephemeral: Template) -> None:
    for export in ("postgresql", "upgrade"):
        group = ephemeral.one("aws_cloudwatch_log_group", f"database/{export}-logs")
        assert group["name"] == f"/aws/rds/instance/dr-citizen-db-test/{export}"
        assert group["kms_key_id"]
        address = ephemeral.address("aws_cloudwatch_log_group", f"database/{export}-logs")
        assert address in ephemeral.one("aws_db_instance")["depends_on"]


def test_storage_grows_by_itself(ephemeral: Template) -> None:
    instance = ephemeral.one("aws_db_instance")
    assert (instance["allocated_storage"], instance["max_allocated_storage"]) == (100, 1000)
    assert instance["storage_type"] == "gp3"


def test_replacing_its_groups_does_not_replace_it(ephemeral: Template) -> None:
    for kind in ("aws_db_parameter_group", "aws_db_subnet_group"):
        group = ephemeral.one(kind)
        assert group["lifecycle"] == {"create_before_destroy": True}
        assert "name" not in group
        assert group["name_prefix"].endswith("-test-")


def test_the_parameter_group_follows_the_major_version() -> None:
    group = _template("ephemeral", engine_version="17").one("aws_db_parameter_group")
    assert group["family"] == "postgres17"
    assert group["name_prefix"] == "dr-postgres17-test-"


@pytest.mark.parametrize(("version", "upgrades"), [("16", True), ("16.10", False)])
def test_a_full_version_stays_until_the_plan_says_otherwise(version: str, upgrades: bool) -> None:
    instance = _template("ephemeral", engine_version=version).one("aws_db_instance")
    assert instance["auto_minor_version_upgrade"] is upgrades


def test_c42_extended_support_is_off_unless_wanted(ephemeral: Template) -> None:
    support = ephemeral.one("aws_db_instance")["engine_lifecycle_support"]
    assert support == "open-source-rds-extended-support-disabled"
    wanted = _template("ephemeral", extended_support=True).one("aws_db_instance")["engine_lifecycle_support"]
    assert wanted == "open-source-rds-extended-support"


def test_its_backups_are_its_own_until_they_are_handed_over(ephemeral: Template) -> None:
    assert "backup_retention_period" not in ephemeral.one("aws_db_instance")["lifecycle"]["ignore_changes"]


def test_extended_support_is_not_planned_for_ever(ephemeral: Template) -> None:
    assert "engine_lifecycle_support" in ephemeral.one("aws_db_instance")["lifecycle"]["ignore_changes"]


def test_an_ephemeral_database_goes_without_a_trace(ephemeral: Template) -> None:
    instance = ephemeral.one("aws_db_instance")
    assert instance["deletion_protection"] is False
    assert instance["skip_final_snapshot"] is True
    assert instance["delete_automated_backups"] is True
    assert "final_snapshot_identifier" not in instance


def test_c33_c38_a_regulated_database_is_protected(regulated: Template) -> None:
    instance = regulated.one("aws_db_instance")
    assert instance["deletion_protection"] is True
    assert instance["skip_final_snapshot"] is False
    assert instance["final_snapshot_identifier"] == "dr-citizen-db-test-final"
    assert instance["delete_automated_backups"] is False
    assert instance["backup_retention_period"] == 35


def test_a_regulated_database_can_be_released_but_leaves_its_snapshot() -> None:
    instance = _template("regulated", removable=True).one("aws_db_instance")
    assert instance["deletion_protection"] is False
    assert instance["skip_final_snapshot"] is False


def test_a_role_may_log_in_as_the_user_it_was_granted(ephemeral: Template) -> None:
    statement = statements(ephemeral.one("aws_iam_policy", "app/policy")["policy"])["ConnectToDatabase"]
    assert statement["Action"] == "rds-db:connect"
    assert statement["Resource"].endswith("/reader")
    assert "resource_id" in statement["Resource"]
