"""Which names are those of secrets."""

import pytest

from operations.plans.secret_names import is_secret


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "password_wo",
        "masterUserPassword",
        "DB_PASSWORD",
        "PGPASSWORD",
        "POSTGRES_PASS",
        "secret_string",
        "SecretBinary",
        "client-secret",
        "auth_token",
        "tokens",
        "credentials",
        "secret_access_key",
        "AWS_SECRET_ACCESS_KEY",
        "private_key_pem",
        "apiKey",
        "API_KEY",
        "DATABASE_URL",
        "connectionString",
        "Authorization",
        "user_data",
        "user_data_base64",
        "preshared_key",
    ],
)
def test_a_secret(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "0",
        "name",
        "kms_key_id",
        "enable_key_rotation",
        "secret_arn",
        "secret_id",
        "password_length",
        "auth_token_update_strategy",
        "cookie_duration",
        "password_wo_version",
        "token_validity_units",
        "credentials_arn",
        "secretsmanager_endpoint",
        "passenger",
        "compass_url",
        "key_name",
        "bypass_policy_lockout_safety_check",
        "access_key_id",
        "public_key",
    ],
)
def test_no_secret(name: str) -> None:
    assert not is_secret(name)
