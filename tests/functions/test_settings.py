"""The function's environment, and the root certificates that it brings."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from cryptography import x509

from functions.rotation.failures import RotationError
from functions.rotation.settings import RDS_ROOTS, Settings
from functions.rotation.tls import trusting


def test_nothing_must_be_set() -> None:
    settings = Settings.from_environment({})
    assert settings.defaults.host is None
    assert (settings.defaults.port, settings.defaults.dbname) == (5432, "postgres")
    assert settings.ca_file == RDS_ROOTS


def test_everything_can_be_set(tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    ca_file.touch()
    settings = Settings.from_environment(
        {
            "DATABASE_HOST": "db.example",
            "DATABASE_PORT": "6000",
            "DATABASE_NAME": "citizens",
            "DATABASE_CA_FILE": str(ca_file),
        }
    )
    assert settings.defaults.host == "db.example"
    assert (settings.defaults.port, settings.defaults.dbname) == (6000, "citizens")
    assert settings.ca_file == ca_file


@pytest.mark.parametrize("port", ["0", "65536", "five", "-1", "5432 "])
def test_a_port_that_is_none(port: str) -> None:
    with pytest.raises(RotationError, match=r"DATABASE_PORT is .*; allowed: 1 to 65535"):
        Settings.from_environment({"DATABASE_PORT": port})


def test_root_certificates_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(RotationError, match=r"DATABASE_CA_FILE, .*missing\.pem, does not exist"):
        Settings.from_environment({"DATABASE_CA_FILE": str(tmp_path / "missing.pem")})


def test_root_certificates_that_are_none(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing\n")
    with pytest.raises(RotationError, match="holds no PEM certificates"):
        trusting(empty)


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
