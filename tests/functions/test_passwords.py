"""What new passwords are made of, and what PostgreSQL gets of them."""

from __future__ import annotations

import hashlib
import hmac
import re
import string
import traceback
from base64 import b64decode
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.rotation.failures import ConfigurationError, SecretError
from functions.rotation.passwords import EXCLUDED_CHARACTERS, PasswordPolicy, scram_verifier


def test_what_stays_by_default_needs_no_escape() -> None:
    stays = "".join(
        sorted(set(string.ascii_letters + string.digits + string.punctuation) - set(EXCLUDED_CHARACTERS))
    )
    assert quote(stays, safe="") == stays
    assert set("/'\"@ \\").isdisjoint(stays)  # RDS refuses the first five in a master password
    assert len(stays) == 66


@pytest.mark.parametrize("length", [16, 32, 128])
def test_lengths_that_are_allowed(length: int) -> None:
    assert PasswordPolicy(length=length).length == length


@pytest.mark.parametrize("length", [0, 8, 15, 129])
def test_lengths_that_are_not(length: int) -> None:
    with pytest.raises(ConfigurationError, match=f"PASSWORD_LENGTH is {length}; allowed: 16 to 128"):
        PasswordPolicy(length=length)


@pytest.mark.parametrize("excluded", ["", "0O1lI", string.punctuation])
def test_alphabets_that_are_allowed(excluded: str) -> None:
    assert PasswordPolicy(excluded=excluded).without_punctuation == (excluded == string.punctuation)


def test_what_rds_refuses_is_left_out_whatever_the_settings_say() -> None:
    policy = PasswordPolicy(excluded="0O")
    assert policy.all_excluded == "\"'/0@O"
    assert not policy.allows("a" * 31 + "@")
    assert policy.allows("a" * 31 + "!")


@pytest.mark.parametrize(
    "excluded",
    [
        string.ascii_letters + string.digits,
        string.ascii_lowercase,
        string.digits,
        string.punctuation + string.ascii_uppercase[1:] + string.ascii_lowercase[1:],
    ],
)
def test_alphabets_that_are_not(excluded: str) -> None:
    with pytest.raises(ConfigurationError, match=r"EXCLUDED_CHARACTERS leaves \d+ characters; allowed"):
        PasswordPolicy(excluded=excluded)


@pytest.mark.parametrize("password", ["a" * 31, "a" * 33, "a" * 31 + "/", "a" * 31 + " ", "a" * 31 + "ä"])
def test_a_password_that_was_not_asked_for_is_seen(password: str) -> None:
    assert PasswordPolicy().allows("a" * 32)
    assert not PasswordPolicy().allows(password)


@settings(max_examples=20)  # each takes 4096 rounds of a hash
@given(password=st.text(string.ascii_letters + string.digits + string.punctuation, min_size=1, max_size=128))
def test_a_verifier_fits_its_password_and_does_not_hold_it(password: str) -> None:
    verifier = scram_verifier(password)
    match = re.fullmatch(r"SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):(.+)", verifier)
    assert match is not None
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), b64decode(match[2]), int(match[1]))
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    assert hashlib.sha256(client_key).digest() == b64decode(match[3])
    assert hmac.digest(salted, b"Server Key", "sha256") == b64decode(match[4])
    if len(password) > 8:
        assert password not in verifier


def test_each_verifier_has_a_salt_of_its_own() -> None:
    assert scram_verifier("the same") != scram_verifier("the same")


def test_a_password_that_scram_prohibits_is_not_quoted() -> None:
    with pytest.raises(SecretError, match="characters that SCRAM prohibits") as failure:
        scram_verifier("".join(["plan", "ted", chr(7)]))
    shown = "".join(traceback.format_exception(failure.value))
    assert "planted" not in shown
    assert chr(7) not in shown
