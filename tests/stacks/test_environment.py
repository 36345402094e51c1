from __future__ import annotations

from pathlib import Path

import pytest

from environments.problem import Problem
from stacks.environment import load

MINIMAL = """
region             = "eu-central-2"
availability_zones = ["eu-central-2a", "eu-central-2b", "eu-central-2c"]
suffix             = "test"
profile            = "ephemeral"
tags = {
  project     = "citizen-data"
  cost_center = "platform"
}
"""
REGULATED = (
    MINIMAL.replace("ephemeral", "regulated")
    + """
database = {
  backup_retention_days = 35
}
"""
)


def _refused(folder: Path, text: str) -> str:
    (folder / "test.tfvars").write_text(text)
    with pytest.raises(Problem) as problem:
        load("test", folder=folder)
    message = str(problem.value)
    assert "test.tfvars" in message
    assert "pydantic" not in message
    return message


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_the_environments_that_come_with_the_project_are_valid(name: str) -> None:
    environment = load(name)
    assert environment.suffix == name
    assert environment.region == "eu-central-2"


def test_what_is_left_out_has_the_required_defaults(tmp_path: Path) -> None:
    (tmp_path / "test.tfvars").write_text(MINIMAL)
    environment = load("test", folder=tmp_path)
    assert environment.database.multi_az
    assert environment.database.backup_retention_days == 7
    assert environment.credentials.rotation_days == 30
    assert (environment.alarms.cpu_percent, environment.alarms.free_storage_gb) == (80, 10)
    assert environment.recovery is not None
    assert (environment.recovery.rpo_minutes, environment.recovery.rto_minutes) == (60, 15)


def test_names_and_tags_carry_the_suffix(tmp_path: Path) -> None:
    (tmp_path / "test.tfvars").write_text(MINIMAL)
    environment = load("test", folder=tmp_path, suffix="pr-42")
    assert environment.name("dr")("vpc") == "dr-vpc-pr-42"
    assert environment.all_tags() == {
        "Environment": "pr-42",
        "Project": "citizen-data",
        "CostCenter": "platform",
        "ManagedBy": "cdktf",
    }


@pytest.mark.parametrize("suffix", ["Dev", "a b", "-x", "x" * 21, "dev_1"])
def test_c16_a_suffix_that_would_break_names(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "test.tfvars").write_text(MINIMAL)
    with pytest.raises(Problem, match="suffix"):
        load("test", folder=tmp_path, suffix=suffix)


def test_a_misspelt_setting_names_the_one_that_was_meant(tmp_path: Path) -> None:
    message = _refused(tmp_path, MINIMAL + "database = {\n  mutli_az = true\n}\n")
    assert "unknown setting database.mutli_az" in message
    assert "fix:     write multi_az" in message
    assert "backup_retention_days" in message  # the settings that are allowed


def test_a_missing_setting(tmp_path: Path) -> None:
    message = _refused(tmp_path, MINIMAL.replace('profile            = "ephemeral"\n', ""))
    assert "profile is missing" in message
    assert "regulated" in message


def test_a_wrong_type_says_what_is_allowed(tmp_path: Path) -> None:
    message = _refused(tmp_path, MINIMAL + 'database = {\n  storage_gb = "100"\n}\n')
    assert "database.storage_gb" in message
    assert "given:   '100'" in message
    assert "20 to 65536" in message


def test_a_block_without_the_equals_sign(tmp_path: Path) -> None:
    message = _refused(tmp_path, MINIMAL + "database {\n  storage_gb = 100\n}\n")
    assert "database is written as a block" in message
    assert "allowed: database = { ... }" in message
    assert "fix:     add the equals sign" in message


def test_c06_zones_of_another_region(tmp_path: Path) -> None:
    text = MINIMAL.replace(
        '"eu-central-2a", "eu-central-2b", "eu-central-2c"', '"ap-northeast-1a", "ap-northeast-1c"'
    )
    message = _refused(tmp_path, text)
    assert "ap-northeast-1a, ap-northeast-1c, which eu-central-2 does not have [C06]" in message
    assert "allowed: eu-central-2a, eu-central-2b, eu-central-2c" in message


def test_c06_a_zone_that_is_named_twice(tmp_path: Path) -> None:
    assert "twice" in _refused(tmp_path, MINIMAL.replace("eu-central-2b", "eu-central-2a"))


def test_c06_an_unknown_region(tmp_path: Path) -> None:
    message = _refused(
        tmp_path, MINIMAL.replace('region             = "eu-central-2"', 'region = "eu-middle-1"')
    )
    assert "region eu-middle-1 is not known" in message


def test_c07_a_class_that_the_region_does_not_have(tmp_path: Path) -> None:
    message = _refused(
        tmp_path, MINIMAL + 'database = {\n  instance_class = "db.r3.large"\n max_connections = 100\n}\n'
    )
    assert "no db.r3.large in eu-central-2 [C07]" in message


def test_a_misspelt_class_names_the_one_that_was_meant(tmp_path: Path) -> None:
    message = _refused(tmp_path, MINIMAL + 'database = {\n  instance_class = "db.t3.mediun"\n}\n')
    assert 'fix:     write instance_class = "db.t3.medium"' in message


def test_a_class_that_is_like_no_other_needs_its_connections(tmp_path: Path) -> None:
    text = MINIMAL + 'database = {\n  instance_class = "db.z9.huge"\n}\n'
    assert "fix:     write max_connections = 500" in _refused(tmp_path, text)


def test_overlapping_subnets(tmp_path: Path) -> None:
    message = _refused(
        tmp_path,
        MINIMAL + 'network = {\n  subnet_cidrs = { database = { "eu-central-2a" = "10.20.0.0/24" } }\n}\n',
    )
    assert "overlap" in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('credentials = {\n  replica_regions = ["eu-central-2"]\n}\n', "names eu-central-2"),
        (
            'credentials = {\n  application = { username = "citizen_admin" }\n}\n',
            "the master user citizen_admin",
        ),
        ('network = {\n  interface_endpoints = ["kms"]\n}\n', "lacks secretsmanager"),
        (
            "credentials = {\n  application = { rotation_day = 30 }\n}\n",
            "unknown setting credentials.application.rotation_day",
        ),
    ],
)
def test_credentials_that_could_not_be_rotated_or_replicated(tmp_path: Path, text: str, message: str) -> None:
    assert message in _refused(tmp_path, MINIMAL + text)


def test_an_existing_network_brings_its_own_endpoints(tmp_path: Path) -> None:
    zones = ", ".join(f'"eu-central-2{letter}" = "subnet-0123456789abcdef{letter}"' for letter in "abc")
    network = f"""network = {{
  vpc_id              = "vpc-0123456789abcdef0"
  subnet_ids          = {{ private = {{ {zones} }}, database = {{ {zones} }} }}
  interface_endpoints = []
}}
"""
    (tmp_path / "test.tfvars").write_text(MINIMAL + network)
    assert load("test", folder=tmp_path).network.vpc_id


def test_c32_a_regulated_environment_keeps_35_days(tmp_path: Path) -> None:
    (tmp_path / "test.tfvars").write_text(REGULATED)
    assert load("test", folder=tmp_path).profile == "regulated"
    assert "C32" in _refused(tmp_path, REGULATED.replace("35", "7"))


def test_a_regulated_environment_has_a_standby(tmp_path: Path) -> None:
    text = REGULATED.replace("backup_retention_days = 35", "backup_retention_days = 35\n  multi_az = false")
    assert "multi_az is false" in _refused(tmp_path, text + "recovery = null\n")


def test_c37_a_promise_that_cannot_be_kept(tmp_path: Path) -> None:
    assert "C37" in _refused(tmp_path, MINIMAL + "recovery = {\n  rpo_minutes = 1\n}\n")


def test_a_disposable_environment_may_promise_nothing(tmp_path: Path) -> None:
    (tmp_path / "test.tfvars").write_text(MINIMAL + "recovery = null\ndatabase = {\n  multi_az = false\n}\n")
    assert load("test", folder=tmp_path).recovery is None


@pytest.mark.parametrize("name", ["aws:owner", "a?b", ""])
def test_tags_that_aws_would_refuse(tmp_path: Path, name: str) -> None:
    text = MINIMAL.replace(
        'cost_center = "platform"', f'cost_center = "p"\n  additional = {{ "{name}" = "x" }}'
    )
    assert "tag" in _refused(tmp_path, text)


def test_several_faults_are_counted(tmp_path: Path) -> None:
    message = _refused(tmp_path, MINIMAL + "colour = 1\nsize = 2\nshape = 3\n")
    assert "(2 more after it)" in message


def test_a_broken_file_says_where(tmp_path: Path) -> None:
    message = _refused(tmp_path, MINIMAL + "database = {\n  storage_gb = \n")
    assert "line" in message
