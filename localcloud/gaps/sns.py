"""SNS: a topic says with which roles its deliveries are logged.

What moto 5.2.5 lacks: GetTopicAttributes leaves the attributes of delivery status out, and Terraform sets them again with
every plan. Here they are answered as they were set. Nothing is logged: deliveries are emulated.
"""

from __future__ import annotations

from typing import Any

_ATTRIBUTES = tuple(
    f"{protocol}{what}"
    for protocol in ("Application", "Firehose", "HTTP", "Lambda", "SQS")
    for what in ("FailureFeedbackRoleArn", "SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate")
)


def install() -> None:
    """Patch moto's SNS once."""
    from moto.core.utils import camelcase_to_underscores  # noqa: PLC0415 - moto comes after its settings
    from moto.sns.responses import SNSResponse  # noqa: PLC0415

    response: Any = SNSResponse
    if hasattr(response, "holdfast_delivery_status"):
        return
    response.holdfast_delivery_status = True
    get = response.get_topic_attributes

    def get_topic_attributes(self: Any) -> Any:  # noqa: ANN401 - moto's
        answer = get(self)
        topic = self.backend.get_topic(self._get_param("TopicArn"))
        set_ = {name: getattr(topic, camelcase_to_underscores(name), None) for name in _ATTRIBUTES}
        answer.result["Attributes"].update({name: value for name, value in set_.items() if value})
        return answer

    response.get_topic_attributes = get_topic_attributes
