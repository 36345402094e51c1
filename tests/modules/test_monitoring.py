from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from cdktf import TerraformStack
from pydantic import ValidationError

from modules.monitoring.monitoring import Monitoring
from modules.monitoring.settings import AlarmSettings
from modules.monitoring.topic import Topic
from tests.modules.site import Site, name
from tests.template import Template, statements


class FakeDatabase:
    servers: Mapping[str, str] = {"": "dr-citizen-db-test"}
    cluster_id: str | None = None
    parameter_group_name: str | None = "dr-postgres16-test"
    max_connections = 450


class FakeCluster(FakeDatabase):
    servers: Mapping[str, str] = {f"-{index}": f"three-instance-{index}" for index in (1, 2, 3)}
    cluster_id = "three"
    parameter_group_name = None


def _template(database: FakeDatabase) -> Template:
    def build(stack: TerraformStack) -> None:
        site = Site(stack)
        topic = Topic(
            stack,
            "topic",
            name=name("alerts"),
            account=site.account,
            key=site.key,
            email="operations@example.org",
        )
        Monitoring(
            stack,
            "monitoring",
            name=name,
            account=site.account,
            database=database,
            topic=topic,
            settings=AlarmSettings(),
        )

    return Template.of(build)


@pytest.fixture(scope="module")
def monitoring() -> Template:
    return _template(FakeDatabase())


@pytest.fixture(scope="module")
def of_a_cluster() -> Template:
    return _template(FakeCluster())


@pytest.mark.parametrize(
    ("what", "metric", "operator", "threshold"),
    [
        ("cpu", "CPUUtilization", "GreaterThanThreshold", 80),
        ("connections", "DatabaseConnections", "GreaterThanThreshold", 360),  # 80 % of 450
        ("free-storage", "FreeStorageSpace", "LessThanThreshold", 10 * 1024**3),
        ("read-latency", "ReadLatency", "GreaterThanThreshold", 0.1),
        ("write-latency", "WriteLatency", "GreaterThanThreshold", 0.1),
    ],
)
def test_alarms_as_required(
    monitoring: Template, what: str, metric: str, operator: str, threshold: float
) -> None:
    alarm = monitoring.one("aws_cloudwatch_metric_alarm", f"monitoring/{what}")
    assert alarm["namespace"] == "AWS/RDS"
    assert alarm["metric_name"] == metric
    assert alarm["comparison_operator"] == operator
    assert alarm["threshold"] == threshold
    assert alarm["dimensions"] == {"DBInstanceIdentifier": "dr-citizen-db-test"}
    assert alarm["alarm_name"] == f"dr-database-{what}-test"


def test_c35_every_alarm_tells_when_it_rises_clears_and_is_blind(monitoring: Template) -> None:
    alarms = monitoring.all("aws_cloudwatch_metric_alarm")
    for alarm in [*alarms, monitoring.one("aws_cloudwatch_composite_alarm")]:
        for actions in ("alarm_actions", "ok_actions", "insufficient_data_actions"):
            assert len(alarm[actions]) == 1


def test_a_database_that_falls_silent_is_unavailable(monitoring: Template) -> None:
    heartbeat = monitoring.one("aws_cloudwatch_metric_alarm", "heartbeat")
    assert heartbeat["treat_missing_data"] == "breaching"
    rule = monitoring.one("aws_cloudwatch_composite_alarm")["alarm_rule"]
    assert rule.startswith('ALARM("dr-database-heartbeat-test") OR ')


def test_the_composite_alarm_waits_for_the_alarms_that_it_names(monitoring: Template) -> None:
    composite = monitoring.one("aws_cloudwatch_composite_alarm")
    named = {alarm["alarm_name"] for alarm in monitoring.all("aws_cloudwatch_metric_alarm")}
    in_rule = {name for name in named if name in composite["alarm_rule"]}
    assert len(in_rule) == len(composite["depends_on"]) == 4


def test_failover_and_replica_events_are_reported(monitoring: Template) -> None:
    events = monitoring.one("aws_db_event_subscription", "instance-events")
    assert {"failover", "read replica", "low storage", "failure"} <= set(events["event_categories"])
    assert events["source_ids"] == ["dr-citizen-db-test"]


def test_each_server_of_a_cluster_has_all_alarms(of_a_cluster: Template) -> None:
    alarms = of_a_cluster.all("aws_cloudwatch_metric_alarm")
    assert len(alarms) == 3 * 6
    for server, instance in FakeCluster.servers.items():
        alarm = of_a_cluster.one("aws_cloudwatch_metric_alarm", f"monitoring/cpu{server}")
        assert alarm["alarm_name"] == f"dr-database-cpu{server}-test"
        assert alarm["dimensions"] == {"DBInstanceIdentifier": instance}


def test_a_cluster_is_unavailable_when_all_of_it_is_silent(of_a_cluster: Template) -> None:
    composite = of_a_cluster.one("aws_cloudwatch_composite_alarm")
    silent = " AND ".join(f'ALARM("dr-database-heartbeat-{index}-test")' for index in (1, 2, 3))
    assert composite["alarm_rule"].startswith(f"({silent}) OR (ALARM(")
    assert len(composite["depends_on"]) == 3 * 4


def test_events_of_a_cluster_and_of_its_instances_are_reported(of_a_cluster: Template) -> None:
    events = of_a_cluster.one("aws_db_event_subscription", "/cluster-events")
    assert (events["source_type"], events["source_ids"]) == ("db-cluster", ["three"])
    assert {"failover", "failure", "maintenance"} <= set(events["event_categories"])
    assert len(of_a_cluster.one("aws_db_event_subscription", "instance-events")["source_ids"]) == 3
    # RDS has no kind of events for the group of a cluster.
    assert "source_ids" not in of_a_cluster.one("aws_db_event_subscription", "parameters-events")


def test_the_dashboard_draws_the_servers_of_a_cluster_together(of_a_cluster: Template) -> None:
    body = json.loads(of_a_cluster.one("aws_cloudwatch_dashboard")["dashboard_body"])
    assert [len(widget["properties"]["metrics"]) for widget in body["widgets"]] == [3] * 5


def test_somebody_hears_of_database_security_groups(monitoring: Template) -> None:
    events = monitoring.one("aws_db_event_subscription", "security-groups-events")
    assert events["source_type"] == "db-security-group"
    assert events["event_categories"] == ["configuration change", "failure"]
    assert "source_ids" not in events


def test_the_topic_is_encrypted_and_takes_tls_from_this_account_only(monitoring: Template) -> None:
    assert monitoring.one("aws_sns_topic")["kms_master_key_id"].startswith("${aws_kms_key.")
    policy = statements(monitoring.one("aws_sns_topic_policy")["policy"])
    assert policy.pop("DenyPlainText")["Effect"] == "Deny"
    assert len(policy) == 3
    for statement in policy.values():
        assert "aws:SourceAccount" in statement["Condition"]["StringEquals"]


def test_who_publishes_uses_the_topics_key_for_this_topic_and_for_nothing_else(monitoring: Template) -> None:
    """A condition on the account would silence a service that does not name it to KMS; SNS names the topic itself."""
    granted = statements(monitoring.one("aws_kms_key")["policy"])
    found = {
        statement["Principal"]["Service"]: statement
        for sid, statement in granted.items()
        if sid.endswith("ToDrAlertsTest")
    }
    assert found.keys() == {"backup.amazonaws.com", "cloudwatch.amazonaws.com", "events.rds.amazonaws.com"}
    for statement in found.values():
        assert statement["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
        ((operator, tests),) = statement["Condition"].items()
        assert (operator, tests.keys()) == ("StringEquals", {"kms:EncryptionContext:aws:sns:topicArn"})
        assert tests["kms:EncryptionContext:aws:sns:topicArn"].endswith(":dr-alerts-test")


def test_two_topics_share_a_key() -> None:
    def build(stack: TerraformStack) -> None:
        site = Site(stack)
        for which in ("alerts", "audits"):
            Topic(stack, which, name=which, account=site.account, key=site.key, email=None)

    policy = statements(Template.of(build).one("aws_kms_key")["policy"])
    assert {"RdsEventsToAlerts", "RdsEventsToAudits"} <= policy.keys()


def test_someone_hears_of_it(monitoring: Template) -> None:
    subscription = monitoring.one("aws_sns_topic_subscription")
    assert (subscription["protocol"], subscription["endpoint"]) == ("email", "operations@example.org")


def test_nobody_is_subscribed_unless_named() -> None:
    template = Template.of(lambda stack: Site(stack).topic)
    assert template.all("aws_sns_topic_subscription") == []


def test_the_dashboard_draws_each_alarm_with_its_threshold(monitoring: Template) -> None:
    widgets = json.loads(monitoring.one("aws_cloudwatch_dashboard")["dashboard_body"])["widgets"]
    assert [widget["properties"]["title"] for widget in widgets] == [
        "CPUUtilization",
        "DatabaseConnections",
        "FreeStorageSpace",
        "ReadLatency",
        "WriteLatency",
    ]
    assert all(widget["properties"]["region"] == "eu-central-2" for widget in widgets)
    assert len({(widget["x"], widget["y"]) for widget in widgets}) == 5


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"cpu_percent": 101}, "cpu_percent"),
        ({"email": "operations"}, "email"),
        ({"read_latency_ms": 0}, "read_latency_ms"),
        ({"free_storage_gb": 0.5}, "free_storage_gb"),
    ],
)
def test_settings_that_make_no_sense(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        AlarmSettings.model_validate(settings)
