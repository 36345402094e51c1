"""Alarms on the rotation of credentials: it failed, it is overdue, or the functions behind it are in trouble."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from constructs import Construct

from modules.credentials.metrics import AGE, FAILED, NAMESPACE
from modules.monitoring.metric_alarms import HOURS, Alarm, IObservedFunction, make_alarms, of_function
from modules.monitoring.topic import Topic


class IObservedRotation(IObservedFunction, Protocol):
    """A rotation whose outcomes are watched."""

    @property
    def login(self) -> str:
        """Whose login is rotated."""
        ...

    @property
    def days(self) -> int:
        """Days between two rotations."""
        ...

    def rotation_metric_dimensions(self) -> Mapping[str, str]:
        """Return the dimensions of the entry's metrics in :data:`modules.credentials.metrics.NAMESPACE`."""
        ...


class IObservedQueue(Protocol):
    """A queue that must stay empty."""

    def metric_dimensions(self) -> Mapping[str, str]:
        """Return the dimensions of its metrics in ``AWS/SQS``."""
        ...


class RotationAlarms(Construct):
    """Alarms that say, for each login, that its rotation failed or is overdue; and for each function, that it fails.

    Args:
        scope: parent construct.
        id: construct id.
        name: makes a resource's name from what it is.
        topic: where alarms go.
        rotations: the rotations.
        age: the function that reports how old the credentials are.
        dead_letters: where failed asynchronous calls end.
        margin_days: days that a rotation may be late.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: Callable[[str], str],
        topic: Topic,
        rotations: Sequence[IObservedRotation],
        age: IObservedFunction,
        dead_letters: IObservedQueue,
        margin_days: int,
    ) -> None:
        super().__init__(scope, id)
        alarms = {
            what: alarm
            for rotation in rotations
            for what, alarm in _of_rotation(rotation, margin_days).items()
        }
        functions = {
            **{f"{rotation.login}-rotation": rotation for rotation in rotations},
            "rotation-age": age,
        }
        for who, function in functions.items():
            alarms.update(of_function(who, function))
        alarms["dead-letters"] = Alarm(
            namespace="AWS/SQS",
            metric="ApproximateNumberOfMessagesVisible",
            dimensions=dead_letters.metric_dimensions(),
            description="A function could not deal with an event, which is kept in the queue of dead letters",
            statistic="Maximum",
        )
        self.alarm_arns = make_alarms(self, alarms, name=name, topic=topic)


def _of_rotation(rotation: IObservedRotation, margin_days: int) -> dict[str, Alarm]:
    latest = rotation.days + margin_days
    return {
        f"{rotation.login}-rotation-failed": Alarm(
            namespace=NAMESPACE,
            metric=FAILED,
            dimensions=rotation.rotation_metric_dimensions(),
            description=f"A step in the rotation of the {rotation.login} login failed; Secrets Manager tries again",
        ),
        f"{rotation.login}-rotation-overdue": Alarm(
            namespace=NAMESPACE,
            metric=AGE,
            dimensions=rotation.rotation_metric_dimensions(),
            description=f"The {rotation.login} login was not rotated for more than {latest} days",
            # The youngest age of the period, so that the alarm clears with the rotation.
            statistic="Minimum",
            threshold=latest,
            period=3 * HOURS,
            # Nobody looks any more: that is worth a notification of its own.
            missing="missing",
        ),
    }
