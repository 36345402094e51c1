"""The function's environment, and the root certificates that it brings."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from cryptography import x509

from functions.rotation.failures import ConfigurationError
from functions.rotation.passwords import PasswordPolicy
from functions.rotation.settings import RDS_ROOTS, Settings, namespace_or_default
from functions.rotation.tls import trusting


def test_nothing_must_be_set() -> None:
    settings = Settings.from_environment({})
    assert settings.defaults.host is None
    assert (settings.defaults.port, settings.defaults.dbname) == (5432, "postgres")
    assert settings.ca_file == RDS_ROOTS
    assert settings.strategy == "single-user"
    assert settings.administrator_secret is settings.owner_role is None
    assert settings.passwords == PasswordPolicy(length=32)
    assert settings.namespace == "Holdfast/Rotation"


def test_everything_can_be_set(tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    ca_file.touch()
    settings = Settings.from_environment(
        {
            "DATABASE_HOST": "db.example",
            "DATABASE_PORT": "6000",
            "DATABASE_NAME": "citizens",
            "DATABASE_CA_FILE": str(ca_file),
            "ROTATION_STRATEGY": "alternating-users",
            "ADMINISTRATOR_SECRET_ARN": "dr-db-credentials",
            "OWNER_ROLE": "citizens_owner",
            "PASSWORD_LENGTH": "64",
            "PASSWORD_EXCLUDED_CHARACTERS": "0O",
            "METRIC_NAMESPACE": "Agency/Rotation",
        }
    )
    assert settings.defaults.host == "db.example"
    assert (settings.defaults.port, settings.defaults.dbname) == (6000, "citizens")
    assert settings.ca_file == ca_file
    assert settings.strategy == "alternating-users"
    assert (settings.administrator_secret, settings.owner_role) == ("dr-db-credentials", "citizens_owner")
    assert settings.passwords == PasswordPolicy(length=64, excluded="0O")
    assert settings.namespace == "Agency/Rotation"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        *(
            ("DATABASE_PORT", port, r"DATABASE_PORT is .*; allowed: 1 to 65535")
            for port in ("0", "65536", "five", "-1", "5432 ")
        ),
        ("ROTATION_STRATEGY", "both", "ROTATION_STRATEGY is 'both'; allowed: single-user, alternating-users"),
        ("ROTATION_STRATEGY", "alternating-users", "ADMINISTRATOR_SECRET_ARN is not set"),
        ("OWNER_ROLE", "ä" * 32, "OWNER_ROLE has 64 bytes; allowed: up to 63"),
        ("PASSWORD_LENGTH", "many", "PASSWORD_LENGTH is 'many'; allowed: a number"),
        ("PASSWORD_LENGTH", "12", "PASSWORD_LENGTH is 12; allowed: 16 to 128"),
        ("PASSWORD_EXCLUDED_CHARACTERS", "0123456789", "EXCLUDED_CHARACTERS leaves 80 characters"),
        ("METRIC_NAMESPACE", "AWS/RDS", "METRIC_NAMESPACE is 'AWS/RDS'; allowed"),
        ("METRIC_NAMESPACE", "with space", "METRIC_NAMESPACE is 'with space'"),
    ],
)
def test_what_cannot_be_right_is_named(name: str, value: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        Settings.from_environment({name: value})


def test_a_wrong_setting_is_counted_where_metrics_go() -> None:
    assert namespace_or_default({"METRIC_NAMESPACE": "Agency/Rotation"}) == "Agency/Rotation"
    assert namespace_or_default({"METRIC_NAMESPACE": "AWS/RDS"}) == "Holdfast/Rotation"


def test_root_certificates_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"DATABASE_CA_FILE, .*missing\.pem, does not exist"):
        Settings.from_environment({"DATABASE_CA_FILE": str(tmp_path / "missing.pem")})


def test_the_roots_of_amazon_rds() -> None:
    roots = x509.load_pem_x509_certificates(RDS_ROOTS.read_bytes())
    names = {root.subject.rfc4514_string() for root in roots}
    assert len(names) == len(roots) == 27 * 3
    for region in ("eu-central-2", "eu-south-1", "us-east-1", "us-west-2"):
        for key in ("RSA2048", "RSA4096", "ECC384"):
            assert any(f"CN=Amazon RDS {region} Root CA {key} G1" in name for name in names)
    enough = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=365)
    for root in roots:
        assert root.not_valid_after_utc > enough
        root.verify_directly_issued_by(root)
        constraints = root.extensions.get_extension_for_class(x509.BasicConstraints)
        assert constraints.value.ca


def test_the_function_trusts_these_roots_and_no_others() -> None:
    trusted = trusting(RDS_ROOTS)
    assert len(trusted.get_ca_certs()) == 27 * 3
    assert trusted.check_hostname
    assert trusted.verify_mode.name == "CERT_REQUIRED"
