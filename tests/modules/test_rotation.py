from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest
from cdktf import App

from functions.rotation.metrics import FAILED
from functions.rotation.settings import Settings as FunctionSettings
from functions.rotation_age.handler import METRIC
from modules.credentials import metrics
from modules.function.function import PROJECT
from stacks.citizen_data import CitizenData
from stacks.environment import Environment, load
from tests.template import Resource, Template, statements

FUNCTIONS = ("rotation", "application-rotation", "rotation-age")


def _system(**credentials: object) -> Template:
    environment = load("dev")
    values = environment.model_dump(mode="json")
    values["credentials"] |= credentials
    changed = Environment.model_validate_json(json.dumps(values))
    # Rotation needs credentials, a database and a network around it: the system has them.
    return Template.synthesized(lambda app: CitizenData(app, environment=changed), name="citizen-data")


@pytest.fixture(scope="module")
def system() -> Template:
    return _system()


def _function(system: Template, id: str) -> Resource:
    return system.one("aws_lambda_function", f"citizen-data/{id}/function")


def _policy(system: Template, id: str) -> dict[str, Resource]:
    return statements(system.one("aws_iam_policy", f"citizen-data/{id}/role/policy")["policy"])


def test_a_rotation_uses_the_keys_of_the_copies_when_they_have_keys_of_their_own(system: Template) -> None:
    copied = _system(replica_regions=["eu-west-1", "eu-central-1"], replica_key="alias/secrets")
    granted = _policy(copied, "application-rotation")["UseKeysOfCopies"]
    assert granted["Action"] == ["kms:Encrypt", "kms:GenerateDataKey"]
    assert [arn.split(":")[-3] for arn in granted["Resource"]] == ["eu-central-1", "eu-west-1"]
    assert granted["Condition"]["StringEquals"]["kms:ViaService"] == [
        "secretsmanager.eu-central-1.amazonaws.com",
        "secretsmanager.eu-west-1.amazonaws.com",
    ]
    # Whoever made the existing entry replicates it, and AWS's own keys let the account use them.
    assert "UseKeysOfCopies" not in _policy(copied, "rotation")
    copied_with_aws_keys = _system(replica_regions=["eu-west-1"])
    for template in (system, copied_with_aws_keys):
        assert "UseKeysOfCopies" not in _policy(template, "application-rotation")


def test_the_masters_secret_rotates_every_30_days_and_the_first_time_with_the_schedule(
    system: Template,
) -> None:
    schedule = system.one("aws_secretsmanager_secret_rotation", "citizen-data/rotation/schedule")
    assert schedule["rotation_rules"] == {"automatically_after_days": 30}
    assert schedule["rotate_immediately"] is False
    assert "data.aws_secretsmanager_secret." in schedule["secret_id"]


def test_the_applications_login_is_made_by_a_rotation_that_comes_with_the_deployment(
    system: Template,
) -> None:
    schedule = system.one("aws_secretsmanager_secret_rotation", "application-rotation/schedule")
    assert schedule["rotation_rules"] == {"automatically_after_days": 30}
    assert schedule["rotate_immediately"] is True
    assert (
        system.address("aws_secretsmanager_secret", "application-credentials/created")
        in schedule["secret_id"]
    )


@pytest.mark.parametrize("id", ["rotation", "application-rotation"])
def test_a_rotation_begins_when_the_function_can_get_through(system: Template, id: str) -> None:
    waits_for = system.one("aws_secretsmanager_secret_rotation", f"citizen-data/{id}/schedule")["depends_on"]
    assert system.address("aws_lambda_permission", f"/{id}/secrets-manager-invokes") in waits_for
    assert system.address("aws_vpc_endpoint", "endpoints/secretsmanager") in waits_for
    ports = {
        rule["from_port"]
        for kind in ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")
        for name, rule in system.document["resource"][kind].items()
        if f"{kind}.{name}" in waits_for
    }
    assert ports == {443, 5432}


def test_the_schedules_are_settings() -> None:
    system = _system(rotation_days=7, application={"username": "forms", "rotation_days": 14})
    days = {
        path: schedule["rotation_rules"]["automatically_after_days"]
        for path, schedule in zip(
            system.paths("aws_secretsmanager_secret_rotation"),
            system.all("aws_secretsmanager_secret_rotation"),
            strict=True,
        )
    }
    assert days == {"citizen-data/application-rotation/schedule": 14, "citizen-data/rotation/schedule": 7}


def test_c20_a_schedule_has_days_and_no_expression_beside_them(system: Template) -> None:
    for schedule in system.all("aws_secretsmanager_secret_rotation"):
        assert set(schedule["rotation_rules"]) == {"automatically_after_days"}


def test_only_secrets_manager_may_call_a_rotation_function_for_its_own_entry(system: Template) -> None:
    entries = {"rotation": "data.aws_secretsmanager_secret.", "application-rotation": "_created_"}
    for rotation, entry in entries.items():
        permission = system.one("aws_lambda_permission", f"citizen-data/{rotation}/secrets-manager-invokes")
        assert permission["principal"] == "secretsmanager.amazonaws.com"
        assert entry in permission["source_arn"]
        assert permission["source_account"].startswith("${data.aws_caller_identity.")


def test_the_master_changes_its_own_password(system: Template) -> None:
    variables = _function(system, "rotation")["environment"]["variables"]
    assert variables["ROTATION_STRATEGY"] == "single-user"
    assert set(variables) == {
        "DATABASE_HOST",
        "DATABASE_NAME",
        "DATABASE_PORT",
        "METRIC_NAMESPACE",
        "PASSWORD_EXCLUDED_CHARACTERS",
        "PASSWORD_LENGTH",
        "ROTATION_STRATEGY",
    }


def test_the_application_has_two_logins_that_the_master_changes(system: Template) -> None:
    variables = _function(system, "application-rotation")["environment"]["variables"]
    assert variables["ROTATION_STRATEGY"] == "alternating-users"
    assert variables["OWNER_ROLE"] == "citizen_app_owner"
    assert "data.aws_secretsmanager_secret." in variables["ADMINISTRATOR_SECRET_ARN"]


@pytest.mark.parametrize(
    "password",
    [{}, {"length": 16}, {"length": 128}, {"excluded_characters": "0O1lI-._"}],
)
def test_the_function_takes_its_environment_as_it_is_given(password: dict[str, object]) -> None:
    system = _system(password=password)
    for rotation in ("rotation", "application-rotation"):
        variables = _function(system, rotation)["environment"]["variables"]
        settings = FunctionSettings.from_environment({**variables, "DATABASE_HOST": "db.example.org"})
        assert settings.strategy == variables["ROTATION_STRATEGY"]
        assert settings.passwords.length == password.get("length", 32)
        assert set(str(password.get("excluded_characters", ""))) <= set(settings.passwords.excluded)
        assert settings.namespace == metrics.NAMESPACE


def test_alarms_and_functions_mean_the_same_metrics() -> None:
    assert (metrics.FAILED, metrics.AGE) == (FAILED, METRIC)


def test_new_passwords_are_made_as_the_settings_say() -> None:
    system = _system(password={"length": 40, "excluded_characters": "0O"})
    for rotation in ("rotation", "application-rotation"):
        variables = _function(system, rotation)["environment"]["variables"]
        assert variables["PASSWORD_LENGTH"] == "40"
        assert set("0O/@\"' ") - {" "} <= set(variables["PASSWORD_EXCLUDED_CHARACTERS"])


@pytest.mark.parametrize("id", FUNCTIONS)
def test_functions_run_in_the_isolated_tier_each_with_its_own_role_and_group(
    system: Template, id: str
) -> None:
    function = _function(system, id)
    assert all("network_database-" in subnet for subnet in function["vpc_config"]["subnet_ids"])
    assert system.address("aws_iam_role", f"citizen-data/{id}/role/role") in function["role"]
    (group,) = function["vpc_config"]["security_group_ids"]
    assert system.address("aws_security_group", f"network/{id}-security-group/group") in group


@pytest.mark.parametrize("id", FUNCTIONS)
def test_functions_keep_what_they_could_not_do_and_hide_their_environment(system: Template, id: str) -> None:
    function = _function(system, id)
    assert "aws_sqs_queue." in function["dead_letter_config"]["target_arn"]
    assert function["kms_key_arn"].startswith("${aws_kms_key.keys_secrets")
    assert function["logging_config"]["log_group"].startswith("${aws_cloudwatch_log_group.")
    assert "reserved_concurrent_executions" not in function


def test_concurrency_can_be_reserved() -> None:
    system = _system(reserved_concurrency=2)
    assert [f["reserved_concurrent_executions"] for f in system.all("aws_lambda_function")] == [2, 2, 2]


COMMON = {
    "WriteLogs",
    "NetworkInterfaces",
    "DescribeNetwork",
    "Trace",
    "NotFromTheCode",
    "SendDeadLetters",
    "EncryptDeadLetters",
}
ROTATE = {"RotateCredentials", "MakePassword", "UseKeyOfCredentials"}


@pytest.mark.parametrize(
    ("id", "own", "without_resource"),
    [
        ("rotation", ROTATE, {"MakePassword"}),
        ("application-rotation", ROTATE | {"ReadCredentials", "DecryptCredentials"}, {"MakePassword"}),
        ("rotation-age", {"DescribeCredentials", "DescribeApplicationCredentials"}, set()),
    ],
)
def test_a_function_may_only_do_what_it_takes(
    system: Template, id: str, own: set[str], without_resource: set[str]
) -> None:
    policy = _policy(system, id)
    assert set(policy) == COMMON | own
    open_ = {
        sid
        for sid, statement in policy.items()
        if statement["Resource"] == "*" and statement["Effect"] == "Allow"
    }
    assert open_ == {"DescribeNetwork", "Trace"} | without_resource


def test_each_rotation_reaches_one_entry_and_one_key(system: Template) -> None:
    master = "${data.aws_secretsmanager_secret.credentials_entry_C0A42C17.arn}"
    application = "${aws_secretsmanager_secret.application-credentials_created_352A77E7.arn}"
    policy = _policy(system, "application-rotation")
    assert policy["RotateCredentials"]["Resource"] == application
    assert policy["UseKeyOfCredentials"]["Resource"].startswith("${aws_kms_key.keys_secrets")
    assert policy["ReadCredentials"]["Resource"] == master
    assert policy["ReadCredentials"]["Action"] == [
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetSecretValue",
    ]
    assert _policy(system, "rotation")["RotateCredentials"]["Resource"] == master


def test_the_age_of_credentials_is_looked_up_without_reading_them(system: Template) -> None:
    policy = _policy(system, "rotation-age")
    actions = json.dumps([statement["Action"] for statement in policy.values()])
    assert "secretsmanager:DescribeSecret" in actions
    assert "GetSecretValue" not in actions


def test_the_age_is_looked_up_every_hour_by_this_rule_only(system: Template) -> None:
    rule = system.one("aws_cloudwatch_event_rule")
    assert rule["schedule_expression"] == "rate(1 hour)"
    address = system.address("aws_cloudwatch_event_rule", "hourly")
    permission = system.one("aws_lambda_permission", "rotation-age/schedule-invokes")
    assert permission["principal"] == "events.amazonaws.com"
    assert address in permission["source_arn"]
    # EventBridge does not send it: every call would be refused.
    assert "source_account" not in permission
    target = system.one("aws_cloudwatch_event_target")
    assert system.address("aws_lambda_permission", "schedule-invokes") in target["depends_on"]


@pytest.mark.parametrize("id", FUNCTIONS)
def test_the_code_cannot_use_what_lambda_itself_needs(system: Template, id: str) -> None:
    policy = _policy(system, id)
    deny = policy["NotFromTheCode"]
    assert deny["Effect"] == "Deny"
    allowed = {*policy["NetworkInterfaces"]["Action"], *policy["DescribeNetwork"]["Action"]}
    assert set(deny["Action"]) == allowed
    source = deny["Condition"]["ArnEquals"]["lambda:SourceFunctionArn"]
    assert source.endswith(f":function:{_function(system, id)['function_name']}")


def test_without_an_application_only_the_masters_secret_rotates() -> None:
    system = _system(application=None)
    assert len(system.all("aws_secretsmanager_secret_rotation")) == 1
    assert system.all("aws_secretsmanager_secret") == []
    assert "application_credentials_arn" not in system.document["output"]


@pytest.mark.parametrize("id", FUNCTIONS)
def test_the_hash_is_that_of_the_zip_that_is_deployed(tmp_path: Path, id: str) -> None:
    app = App(outdir=str(tmp_path))
    CitizenData(app, environment=load("dev"))
    app.synth()
    stack = tmp_path / "stacks" / "citizen-data"
    function = _function(Template.read(stack / "cdk.tf.json"), id)
    package = (stack / function["filename"]).read_bytes()
    assert function["source_code_hash"] == base64.b64encode(hashlib.sha256(package).digest()).decode()


@pytest.mark.parametrize("id", FUNCTIONS)
def test_its_code_is_in_the_project(system: Template, id: str) -> None:
    package, module, _ = _function(system, id)["handler"].split(".")
    assert (PROJECT / "functions" / package / f"{module}.py").is_file()
