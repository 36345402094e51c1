"""RDS event subscriptions, certificate authorities and parameter groups.

What moto 5.2.5 lacks, and what Terraform shows:

- ModifyEventSubscription and the calls that add and remove its sources: no change can be applied; a subscription is
  disabled unless told otherwise, where AWS enables it: a diff on every plan.
- DescribeCertificates and ModifyCertificates: the certificate authority cannot be looked up.
- Parameters that were set lack ``Source=user``: a diff on every plan of a parameter group, of an instance or a cluster;
  ResetDBParameterGroup and ResetDBClusterParameterGroup are missing.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any, TypeAlias

Response: TypeAlias = Any
"""moto's ``RDSResponse``."""

AUTHORITIES = {
    "rds-ca-rsa2048-g1": datetime.datetime(2061, 5, 25, tzinfo=datetime.UTC),
    "rds-ca-rsa4096-g1": datetime.datetime(2121, 5, 25, tzinfo=datetime.UTC),
    "rds-ca-ecc384-g1": datetime.datetime(2121, 5, 25, tzinfo=datetime.UTC),
}
"""Certificate authorities and until when they are valid
(source: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html, 2026-11)."""

DEFAULT_AUTHORITY = "rds-ca-rsa2048-g1"


def install() -> None:
    """Patch moto's RDS once."""
    from moto.rds import models  # noqa: PLC0415 - moto comes after its settings
    from moto.rds.responses import RDSResponse  # noqa: PLC0415

    response: Any = RDSResponse
    if hasattr(response, "modify_event_subscription"):
        return
    backend: Any = models.RDSBackend
    backend.create_event_subscription = _enabled(backend.create_event_subscription)
    response.modify_event_subscription = _modify_subscription
    response.add_source_identifier_to_subscription = _add_source
    response.remove_source_identifier_from_subscription = _remove_source
    backend.holdfast_authority = None
    response.describe_certificates = _describe_certificates
    response.modify_certificates = _modify_certificates
    group: Any = models.DBParameterGroup
    group.update_parameters = _by_user(group.update_parameters)
    backend.reset_db_parameter_group = _reset
    response.reset_db_parameter_group = _reset_parameters
    of_cluster: Any = models.DBClusterParameterGroup
    of_cluster.update_cluster_parameters = _by_user(of_cluster.update_cluster_parameters)
    backend.reset_db_cluster_parameter_group = _reset_of_cluster
    response.reset_db_cluster_parameter_group = _reset_cluster_parameters


def _enabled(create: Callable[..., Any]) -> Callable[..., Any]:
    def create_event_subscription(self: Any, settings: Any) -> Any:  # noqa: ANN401 - moto's
        subscription = create(self, {**settings, "enabled": settings.get("enabled") is not False})
        subscription.customer_aws_id = self.account_id
        subscription.event_subscription_arn = subscription.arn
        subscription.subscription_creation_time = subscription.created_at.isoformat()
        return subscription

    return create_event_subscription


def _answer(name: str, value: object) -> Any:  # noqa: ANN401 - moto's
    from moto.core.responses import ActionResult  # noqa: PLC0415

    return ActionResult({name: value})


def _subscription(self: Response) -> Any:  # noqa: ANN401 - moto's
    return next(iter(self.backend.describe_event_subscriptions(self.params["SubscriptionName"])))


def _modify_subscription(self: Response) -> Any:  # noqa: ANN401 - moto's
    """ModifyEventSubscription."""
    subscription = _subscription(self)
    for parameter, attribute in (
        ("SnsTopicArn", "sns_topic_arn"),
        ("SourceType", "source_type"),
        ("EventCategories", "event_categories"),
        ("Enabled", "enabled"),
    ):
        if self.params.get(parameter) is not None:
            setattr(subscription, attribute, self.params[parameter])
    return _answer("EventSubscription", subscription)


def _add_source(self: Response) -> Any:  # noqa: ANN401 - moto's
    """AddSourceIdentifierToSubscription."""
    subscription, source = _subscription(self), self.params["SourceIdentifier"]
    subscription.source_ids = [*(one for one in subscription.source_ids or () if one != source), source]
    return _answer("EventSubscription", subscription)


def _remove_source(self: Response) -> Any:  # noqa: ANN401 - moto's
    """RemoveSourceIdentifierFromSubscription."""
    subscription, source = _subscription(self), self.params["SourceIdentifier"]
    subscription.source_ids = [one for one in subscription.source_ids or () if one != source]
    return _answer("EventSubscription", subscription)


def _certificate(name: str, region: str, override: str | None) -> dict[str, object]:
    return {
        "CertificateIdentifier": name,
        "CertificateType": "CA",
        "Thumbprint": "0" * 40,
        "ValidFrom": datetime.datetime(2021, 5, 25, tzinfo=datetime.UTC),
        "ValidTill": AUTHORITIES[name],
        "CertificateArn": f"arn:aws:rds:{region}::cert:{name}",
        "CustomerOverride": name == override,
    }


def _authority(name: object) -> str:
    from moto.rds.exceptions import RDSClientError  # noqa: PLC0415

    if name not in AUTHORITIES:
        raise RDSClientError("CertificateNotFound", f"Certificate not found: {name}")
    return str(name)


def _describe_certificates(self: Response) -> Any:  # noqa: ANN401 - moto's
    """DescribeCertificates."""
    from moto.core.responses import ActionResult  # noqa: PLC0415

    wanted, override = self.params.get("CertificateIdentifier"), self.backend.holdfast_authority
    names = [_authority(wanted)] if wanted else list(AUTHORITIES)
    certificates = [_certificate(name, self.region, override) for name in names]
    default = override or DEFAULT_AUTHORITY
    return ActionResult({"Certificates": certificates, "DefaultCertificateForNewLaunches": default})


def _modify_certificates(self: Response) -> Any:  # noqa: ANN401 - moto's
    """ModifyCertificates: set the authority of new instances, or take that back."""
    removed = self.params.get("RemoveCustomerOverride")
    name = DEFAULT_AUTHORITY if removed else _authority(self.params.get("CertificateIdentifier"))
    self.backend.holdfast_authority = None if removed else name
    return _answer("Certificate", _certificate(name, self.region, self.backend.holdfast_authority))


def _by_user(update: Callable[..., None]) -> Callable[..., None]:
    def update_parameters(self: Any, new_parameters: Any) -> None:  # noqa: ANN401 - moto's
        update(self, [{"IsModifiable": True, **parameter, "Source": "user"} for parameter in new_parameters])

    return update_parameters


def _named(self: Response) -> list[str] | None:
    """The parameters that are to be reset; ``None`` for all of them."""
    if self.params.get("ResetAllParameters"):
        return None
    return [one["ParameterName"] for one in self.params.get("Parameters") or ()]


def _reset_parameters(self: Response) -> Any:  # noqa: ANN401 - moto's
    """ResetDBParameterGroup."""
    name = self.params["DBParameterGroupName"]
    self.backend.reset_db_parameter_group(name, _named(self))
    return _answer("DBParameterGroupName", name)


def _reset_cluster_parameters(self: Response) -> Any:  # noqa: ANN401 - moto's
    """ResetDBClusterParameterGroup."""
    name = self.params["DBClusterParameterGroupName"]
    self.backend.reset_db_cluster_parameter_group(name, _named(self))
    return _answer("DBClusterParameterGroupName", name)


def _reset(self: Any, name: str, named: list[str] | None) -> None:  # noqa: ANN401 - moto's
    """Forget what was set: the parameters named, or all."""
    _forget(self.db_parameter_groups, name, named)


def _reset_of_cluster(self: Any, name: str, named: list[str] | None) -> None:  # noqa: ANN401 - moto's
    """Forget what was set in the group of a cluster: the parameters named, or all."""
    _forget(self.db_cluster_parameter_groups, name, named)


def _forget(groups: Any, name: str, named: list[str] | None) -> None:  # noqa: ANN401 - moto's
    from moto.rds.exceptions import DBParameterGroupNotFoundError  # noqa: PLC0415

    if name not in groups:
        raise DBParameterGroupNotFoundError(name)
    parameters = groups[name].parameters
    for parameter in list(parameters) if named is None else named:
        parameters.pop(parameter, None)
