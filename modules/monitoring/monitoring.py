"""Alarms, events and a dashboard for a PostgreSQL on RDS."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from cdktf_cdktf_provider_aws.cloudwatch_composite_alarm import CloudwatchCompositeAlarm
from cdktf_cdktf_provider_aws.cloudwatch_dashboard import CloudwatchDashboard
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from cdktf_cdktf_provider_aws.db_event_subscription import DbEventSubscription
from constructs import Construct

from modules.aws.account import Account
from modules.monitoring.settings import AlarmSettings
from modules.monitoring.topic import Topic

GIB = 1024**3
MINUTE = 60

INSTANCE_EVENTS = (
    "availability",
    "configuration change",
    "deletion",
    "failover",
    "failure",
    "low storage",
    "maintenance",
    "notification",
    "read replica",
    "recovery",
    "restoration",
)
"""Categories of RDS events of an instance; replicas that fall behind are in ``read replica``
(source: RDS user guide, USER_Events.Messages, 2026-11)."""

CLUSTER_EVENTS = (
    "configuration change",
    "deletion",
    "failover",
    "failure",
    "maintenance",
    "notification",
)
"""Categories of RDS events of a cluster (source: RDS API, DescribeEventCategories, 2026-11)."""


class IObservedDatabase(Protocol):
    """A database whose metrics and events are watched."""

    @property
    def servers(self) -> Mapping[str, str]:
        """What ends the names of a server's alarms, to the identifier of its instance."""
        ...

    @property
    def cluster_id(self) -> str | None:
        """Identifier of the cluster that the servers are of, if they are of one."""
        ...

    @property
    def parameter_group_name(self) -> str | None:
        """Name of its parameter group; ``None`` when RDS has no events of it alone."""
        ...

    @property
    def max_connections(self) -> int:
        """Connections that its parameter group allows."""
        ...


@dataclass(frozen=True, kw_only=True)
class _Alarm:
    metric: str
    threshold: float
    description: str
    below: bool = False
    statistic: str = "Average"
    missing: str = "missing"


class Monitoring(Construct):
    """Alarms of each server on what the requirements name, a heartbeat, and one composite alarm for "database unavailable".

    Args:
        scope: parent construct.
        id: construct id.
        name: makes a resource's name from what it is.
        account: the account it belongs to.
        database: the database.
        topic: where alarms and events go.
        settings: thresholds.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: Callable[[str], str],
        account: Account,
        database: IObservedDatabase,
        topic: Topic,
        settings: AlarmSettings,
    ) -> None:
        super().__init__(scope, id)
        self._name = name
        self._topic = topic
        self._servers = database.servers
        alarms = _alarms(settings, database.max_connections)
        self.alarm_arns = {
            f"{what}{server}": str(
                self._metric_alarm(f"{what}{server}", instance, alarm, settings.evaluation_periods).arn
            )
            for server, instance in database.servers.items()
            for what, alarm in alarms.items()
        }
        self.alarm_arns["unavailable"] = str(self._unavailable().arn)
        self._events("instance", list(database.servers.values()), "db-instance", INSTANCE_EVENTS)
        if database.cluster_id is not None:
            self._events("cluster", [database.cluster_id], "db-cluster", CLUSTER_EVENTS)
        group = database.parameter_group_name
        self._events(
            "parameters",
            None if group is None else [group],
            "db-parameter-group",
            ("configuration change",),
        )
        # Nobody has such groups in a VPC: whoever makes one is heard of (Security Hub, RDS.22).
        self._events("security-groups", None, "db-security-group", ("configuration change", "failure"))
        dashboard = CloudwatchDashboard(
            self,
            "dashboard",
            dashboard_name=name("database"),
            dashboard_body=json.dumps({"widgets": self._widgets(account.region, alarms)}),
        )
        self.dashboard_name = str(dashboard.dashboard_name)

    def _metric_alarm(self, what: str, instance: str, alarm: _Alarm, periods: int) -> CloudwatchMetricAlarm:
        return CloudwatchMetricAlarm(
            self,
            what,
            alarm_name=self._name(f"database-{what}"),
            alarm_description=alarm.description,
            namespace="AWS/RDS",
            metric_name=alarm.metric,
            dimensions=_dimensions(instance),
            statistic=alarm.statistic,
            comparison_operator="LessThanThreshold" if alarm.below else "GreaterThanThreshold",
            threshold=alarm.threshold,
            period=MINUTE,
            evaluation_periods=periods,
            datapoints_to_alarm=periods,
            treat_missing_data=alarm.missing,
            # The heartbeat too, though the composite alarm rings for it: AWS Config looks at each alarm
            # by itself (cloudwatch-alarm-action-check).
            alarm_actions=[self._topic.arn],
            ok_actions=[self._topic.arn],
            insufficient_data_actions=[self._topic.arn],
        )

    def _unavailable(self) -> CloudwatchCompositeAlarm:
        def alarm(what: str) -> str:
            return f'ALARM("{self._name(f"database-{what}")}")'

        silent = " AND ".join(alarm(f"heartbeat{server}") for server in self._servers)
        overrun = " OR ".join(
            f"({alarm(f'connections{server}')}"
            f" AND ({alarm(f'read-latency{server}')} OR {alarm(f'write-latency{server}')}))"
            for server in self._servers
        )
        return CloudwatchCompositeAlarm(
            self,
            "unavailable",
            alarm_name=self._name("database-unavailable"),
            alarm_description="The database sends no metrics, or is out of connections while its storage hardly answers",
            alarm_rule=f"({silent}) OR {overrun}" if len(self._servers) > 1 else f"{silent} OR {overrun}",
            alarm_actions=[self._topic.arn],
            ok_actions=[self._topic.arn],
            insufficient_data_actions=[self._topic.arn],
            # The rule names alarms in text, which Terraform does not see.
            depends_on=[
                self.node.find_child(f"{what}{server}")
                for server in self._servers
                for what in ("connections", "heartbeat", "read-latency", "write-latency")
            ],
        )

    def _events(
        self, what: str, sources: list[str] | None, source_type: str, categories: tuple[str, ...]
    ) -> None:
        DbEventSubscription(
            self,
            f"{what}-events",
            name=self._name(f"{what}-events"),
            sns_topic=self._topic.arn,
            source_type=source_type,
            source_ids=sources,
            event_categories=list(categories),
            depends_on=[self._topic.ready],
        )

    def _widgets(self, region: str, alarms: Mapping[str, _Alarm]) -> list[dict[str, object]]:
        servers = [
            [part for pair in _dimensions(instance).items() for part in pair]
            for instance in self._servers.values()
        ]
        return [
            {
                "type": "metric",
                "x": 12 * (index % 2),
                "y": 6 * (index // 2),
                "width": 12,
                "height": 6,
                "properties": {
                    "title": alarm.metric,
                    "region": region,
                    "stat": alarm.statistic,
                    "period": MINUTE,
                    "metrics": [["AWS/RDS", alarm.metric, *dimensions] for dimensions in servers],
                    "annotations": {"horizontal": [{"label": "alarm", "value": alarm.threshold}]},
                },
            }
            for index, alarm in enumerate(alarm for what, alarm in alarms.items() if what != "heartbeat")
        ]


def _dimensions(instance: str) -> dict[str, str]:
    """The dimensions of an instance's metrics; RDS has those of a Multi-AZ cluster for each of its instances."""
    return {"DBInstanceIdentifier": instance}


def _alarms(settings: AlarmSettings, max_connections: int) -> dict[str, _Alarm]:
    return {
        "cpu": _Alarm(
            metric="CPUUtilization",
            threshold=settings.cpu_percent,
            description=f"CPU above {settings.cpu_percent} %",
        ),
        "connections": _Alarm(
            metric="DatabaseConnections",
            threshold=max_connections * settings.connections_percent // 100,
            description=f"Connections above {settings.connections_percent} % of {max_connections}",
            statistic="Maximum",
        ),
        "free-storage": _Alarm(
            metric="FreeStorageSpace",
            threshold=settings.free_storage_gb * GIB,
            description=f"Free storage below {settings.free_storage_gb} GiB",
            below=True,
            statistic="Minimum",
        ),
        "read-latency": _Alarm(
            metric="ReadLatency",
            threshold=settings.read_latency_ms / 1000,
            description=f"Reads take longer than {settings.read_latency_ms} ms",
        ),
        "write-latency": _Alarm(
            metric="WriteLatency",
            threshold=settings.write_latency_ms / 1000,
            description=f"Writes take longer than {settings.write_latency_ms} ms",
        ),
        "heartbeat": _Alarm(
            metric="DatabaseConnections",
            threshold=1,
            description="The instance has stopped sending metrics",
            below=True,
            statistic="SampleCount",
            missing="breaching",
        ),
    }
