"""Secrets Manager: staging labels and rotation as AWS moves them.

What moto 5.2.5 lacks:

- RotateSecret without a Lambda ARN forgets the one that is configured, and CancelRotateSecret then refuses: Terraform
  cannot destroy the rotation. All of ``RotationRules`` but the days is dropped: a diff on every plan.
- RotateSecret calls the steps within the request, all of them whatever fails, and makes the new version current even when
  no step did. Its check for a rotation in progress is inverted. AWS calls them after the answer, tries the whole
  rotation again when a step fails, and leaves the labels to the function. It refuses a function whose policy does not let
  it in.
- With ``RotateImmediately=false`` the version made for ``testSecret`` stays, as AWSPENDING.
- A second, different value is accepted for the same pending version: AWS refuses.
- GetSecretValue without a label stays on the old version after UpdateSecretVersionStage moved AWSCURRENT.
- A new current value takes all labels from the version before it, not only AWSCURRENT.
- A replica's key is dropped.
- ListSecretVersionIds gives every version the time of the call, and those without a label unasked.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, TypeAlias

from localcloud import rotation
from localcloud.rotation import version_with

Secret: TypeAlias = Any
"""moto's ``FakeSecret``, with the attribute ``holdfast_rules`` that is added here."""
Backend: TypeAlias = Any
"""moto's ``SecretsManagerBackend``."""

DEFAULT_KEY = "alias/aws/secretsmanager"


def install() -> None:
    """Patch moto's Secrets Manager once."""
    from moto.secretsmanager import models  # noqa: PLC0415 - moto comes after its settings
    from moto.secretsmanager.responses import SecretsManagerResponse  # noqa: PLC0415

    secret, backend, response = _classes(
        models.FakeSecret, models.SecretsManagerBackend, SecretsManagerResponse
    )
    if hasattr(secret, "holdfast_rules"):
        return
    secret.holdfast_rules = {}
    secret.to_dict = _with_rules(secret.to_dict)
    secret.reset_default_version = _reset_default_version
    secret.create_replicas = _with_keys(secret.create_replicas)
    backend.rotate_secret = _rotate
    backend.get_secret_value = _current_by_default(backend.get_secret_value)
    backend.update_secret_version_stage = _one_version_per_label(backend.update_secret_version_stage)
    backend._check_with_existing_secrets_and_versions = _values_are_final(  # noqa: SLF001
        backend._check_with_existing_secrets_and_versions  # noqa: SLF001
    )
    response.list_secret_version_ids = _list_versions


def _classes(*classes: Any) -> tuple[Any, ...]:  # noqa: ANN401 - classes that are patched
    return classes


def _with_rules(to_dict: Callable[[Secret], dict[str, Any]]) -> Callable[[Secret], dict[str, Any]]:
    def to_dict_with_rules(self: Secret) -> dict[str, Any]:
        result = to_dict(self)
        # A cancelled rotation keeps its function, and a version without a label is not described.
        if self.rotation_requested and self.holdfast_rules:
            result["RotationRules"] = self.holdfast_rules
        for name in ("VersionIdsToStages", "SecretVersionsToStages"):
            if name in result:
                result[name] = {version: list(labels) for version, labels in result[name].items() if labels}
        return result

    return to_dict_with_rules


def _reset_default_version(self: Secret, version: dict[str, Any], version_id: str) -> None:
    """Take the place of moto's method: a label is on one version, and the others stay where they are."""
    before = version_with(self, "AWSCURRENT")
    self.remove_version_stages_from_old_versions([*version["version_stages"], "AWSPREVIOUS"])
    if before and before != version_id:
        self.versions[before]["version_stages"].append("AWSPREVIOUS")
    self.versions[version_id] = version
    self.default_version_id = version_id


def _with_keys(create: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
    def create_replicas(
        self: Secret, replica_regions: list[dict[str, str]], force_overwrite: bool
    ) -> list[Any]:
        replicas = create(self, replica_regions, force_overwrite)
        for replica, asked in zip(replicas, replica_regions, strict=True):
            replica.config["KmsKeyId"] = asked.get("KmsKeyId") or DEFAULT_KEY
        return replicas

    return create_replicas


def _current_by_default(get: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def get_secret_value(
        self: Backend, secret_id: str, version_id: str | None, version_stage: str | None
    ) -> dict[str, Any]:
        if not version_id and not version_stage and secret_id in self.secrets:
            version_id = version_with(self.secrets[secret_id], "AWSCURRENT")
        return get(self, secret_id, version_id or None, version_stage or None)

    return get_secret_value


def _one_version_per_label(update: Callable[..., tuple[str, str]]) -> Callable[..., tuple[str, str]]:
    def update_secret_version_stage(
        self: Backend,
        secret_id: str,
        version_stage: str,
        remove_from_version_id: str | None,
        move_to_version_id: str | None,
    ) -> tuple[str, str]:
        from moto.secretsmanager.exceptions import InvalidParameterException  # noqa: PLC0415

        secret = self.secrets.get(secret_id) if secret_id in self.secrets else None
        holder = version_with(secret, version_stage) if secret else None
        if secret and holder and holder == move_to_version_id and not remove_from_version_id:
            return str(secret.arn), str(secret.name)
        if holder and move_to_version_id and not remove_from_version_id:
            raise InvalidParameterException(
                f"The parameter RemoveFromVersionId can't be empty. Staging label {version_stage} is currently attached "
                f"to version {holder}, so you must explicitly reference that version in RemoveFromVersionId."
            )
        answer = update(self, secret_id, version_stage, remove_from_version_id, move_to_version_id)
        if secret:
            secret.default_version_id = version_with(secret, "AWSCURRENT")
        return answer

    return update_secret_version_stage


def _values_are_final(check: Callable[..., Secret | None]) -> Callable[..., Secret | None]:
    def check_with_existing(
        self: Backend,
        secret_name: str,
        client_request_token: str | None,
        *values: str | None,
        **options: bool,
    ) -> Secret | None:
        from moto.secretsmanager.exceptions import ResourceExistsException  # noqa: PLC0415

        secret = self.secrets.get(secret_name) if secret_name in self.secrets else None
        version = secret.versions.get(client_request_token) if secret else None
        stored = (version or {}).get("secret_string"), (version or {}).get("secret_binary")
        if secret and version and stored != (None, None):
            if stored == values:
                return secret
            raise ResourceExistsException(
                f"You can't use ClientRequestToken {client_request_token} because that value is already in use "
                f"for a version of secret {secret.arn}."
            )
        return check(self, secret_name, client_request_token, *values, **options)

    return check_with_existing


def _list_versions(self: Any) -> str:  # noqa: ANN401 - moto's response class
    from moto.secretsmanager.exceptions import SecretNotFoundException  # noqa: PLC0415

    secret_id = self._get_param("SecretId", if_none="")
    if secret_id not in self.backend.secrets:
        raise SecretNotFoundException
    secret = self.backend.secrets[secret_id]
    every = self._get_bool_param("IncludeDeprecated", if_none=False)
    versions = [
        {"VersionId": name, "VersionStages": version["version_stages"], "CreatedDate": version["createdate"]}
        for name, version in secret.versions.items()
        if every or version["version_stages"]
    ]
    return json.dumps({"ARN": secret.arn, "Name": secret.name, "Versions": versions})


def _rotate(
    self: Backend,
    secret_id: str,
    client_request_token: str | None = None,
    rotation_lambda_arn: str | None = None,
    rotation_rules: dict[str, Any] | None = None,
    rotate_immediately: bool = True,
) -> str:
    """Take the place of moto's ``rotate_secret``: configure, then start what runs after the answer."""
    from moto.secretsmanager import exceptions  # noqa: PLC0415

    secret = _to_be_rotated(self, secret_id, rotation_lambda_arn, rotation_rules)
    current = version_with(secret, "AWSCURRENT")
    token = self._from_client_request_token(client_request_token)
    if token in secret.versions:
        # The same request again: it has begun already, or is over.
        return str(secret.to_short_dict(version_id=token))
    if pending := rotation.unfinished(secret):
        # Source: the message of RotateSecret in AWS; it does what it says.
        rotation.start(self, secret, pending)
        raise exceptions.InvalidRequestException(
            "A previous rotation isn't complete. That rotation will be reattempted."
        )
    secret.rotation_requested = secret.rotation_enabled = True
    secret.rotation_lambda_arn = rotation_lambda_arn or secret.rotation_lambda_arn
    if rotation_rules:
        secret.holdfast_rules = rotation_rules
        secret.auto_rotate_after_days = rotation_rules.get("AutomaticallyAfterDays", 0)
    if secret.auto_rotate_after_days:
        secret.next_rotation_date = int(time.time()) + secret.auto_rotate_after_days * rotation.DAY
    secret.remove_version_stages_from_old_versions(["AWSPENDING"])
    version = {"createdate": int(time.time()), "version_id": token, "version_stages": ["AWSPENDING"]}
    if rotate_immediately:
        secret.versions[token] = version
        rotation.start(self, secret, token)
    elif current:
        value = {name: text for name, text in secret.versions[current].items() if name.startswith("secret_")}
        secret.versions[token] = {**version, **value}
        rotation.start_test(self, secret, token)
    return str(secret.to_short_dict(version_id=token if rotate_immediately else current))


def _to_be_rotated(
    backend: Backend, secret_id: str, function: str | None, rules: dict[str, Any] | None
) -> Secret:
    """Return the secret, if it can be rotated as it is asked for."""
    from moto.awslambda.utils import get_backend  # noqa: PLC0415
    from moto.core.exceptions import JsonRESTError  # noqa: PLC0415
    from moto.secretsmanager import exceptions, models  # noqa: PLC0415

    if secret_id not in backend.secrets:
        raise exceptions.SecretNotFoundException
    secret = backend.secrets[secret_id]
    if isinstance(secret, models.ReplicaSecret):
        raise exceptions.OperationNotPermittedOnReplica
    if secret.is_deleted():
        raise exceptions.InvalidRequestException(
            "You tried to perform the operation on a secret that's currently marked deleted."
        )
    days = (rules or {}).get("AutomaticallyAfterDays", 1)
    if not 1 <= days <= 1000:  # noqa: PLR2004 - source: RotationRulesType
        raise exceptions.InvalidParameterException(
            "RotationRules.AutomaticallyAfterDays must be within 1-1000."
        )
    arn = function or secret.rotation_lambda_arn
    if not arn:
        raise exceptions.InvalidRequestException(
            "You tried to enable rotation on a secret that doesn't already have a Lambda function ARN configured "
            "and you didn't include such an ARN as a parameter in this call."
        )
    try:
        found = get_backend(backend.account_id, backend.region_name).get_function(arn)
    except Exception as error:
        raise exceptions.ResourceNotFoundException(f"Resource not found for ARN '{arn}'.") from error
    if not rotation.may_invoke(found, secret):
        raise JsonRESTError(
            "AccessDeniedException",
            "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access "
            f"to the principal {rotation.PRINCIPAL}.",
        )
    return secret
