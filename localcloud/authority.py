"""The local AWS's own certificate authority, in the place of the one that signs the certificates of RDS."""

from __future__ import annotations

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

CERTIFICATE = "authority.crt"
_KEY = "authority.key"
_YEARS = 10 * datetime.timedelta(days=365)


def trust(directory: Path) -> dict[str, str]:
    """Return the environment variables that make a Lambda function trust the authority, once there is one.

    In AWS the function has the roots of RDS in its package.

    Args:
        directory: of the local AWS.
    """
    certificate = directory / "postgres" / CERTIFICATE
    return {"DATABASE_CA_FILE": str(certificate)} if certificate.is_file() else {}


def issue(directory: Path, *, address: str, certificate: Path, key: Path) -> None:
    """Write a certificate for an address, and its key; make the authority if it is not there.

    Args:
        directory: where the authority is kept.
        address: IP address that the certificate is for.
        certificate: PEM file to write.
        key: PEM file to write, readable by its owner only.
    """
    root, root_key = _authority(directory)
    private = ec.generate_private_key(ec.SECP256R1())
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
    signed = (
        _builder(_name(address), root.subject, private.public_key())
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False
        )
        .sign(root_key, hashes.SHA256())
    )
    _write_key(key, private)
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))


def _authority(directory: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    certificate, key = directory / CERTIFICATE, directory / _KEY
    if not certificate.is_file():
        private = ec.generate_private_key(ec.SECP256R1())
        name = _name("Holdfast local RDS")
        signed = (
            _builder(name, name, private.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
            .add_extension(_KEY_USAGE, critical=True)
            .sign(private, hashes.SHA256())
        )
        _write_key(key, private)
        certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    loaded = serialization.load_pem_private_key(key.read_bytes(), password=None)
    if not isinstance(loaded, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{key} is not the key that this program wrote")
    return x509.load_pem_x509_certificate(certificate.read_bytes()), loaded


_KEY_USAGE = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def _builder(
    subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + _YEARS)
    )


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
