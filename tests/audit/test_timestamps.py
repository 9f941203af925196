"""Timestamps: asked for, read, and found to be signed by an authority that was trusted at its time."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from audit import timestamps
from audit.standalone import verify_bundle as v
from tests.audit.authority import Authority, response

TEXT = b"trail.example.org\n3\nAAAA\n"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


def judged(token: bytes, trusted: Authority | list[Any]) -> str:
    return v.authority_of(v.timestamp_of(token), [trusted.root] if isinstance(trusted, Authority) else trusted)


def test_an_answer_to_the_request_is_taken(authority: Authority) -> None:
    nonce = timestamps.fresh_nonce()
    token = timestamps.token(authority.answer(timestamps.request(TEXT, nonce)), TEXT, nonce)
    stamp = v.timestamp_of(token)
    assert abs((stamp.at - datetime.now(UTC)).total_seconds()) < 60
    assert judged(token, authority) == "CN=Timestamps of the tests"


@pytest.mark.parametrize("trusted", ["root", "signer"])
def test_the_root_or_the_signer_itself_may_be_trusted(authority: Authority, trusted: str) -> None:
    assert judged(authority.token(TEXT), [getattr(authority, trusted)])


def test_a_key_of_rsa_signs_too() -> None:
    other = Authority(key=rsa.generate_private_key(65537, 2048))
    assert judged(other.token(TEXT), other)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"", "holds no timestamp"),
        (b"<html>", "holds no timestamp"),
        (response(None, status=2), "refused"),
        (response(None), "refused"),
        (response(b"\x30\x03\x02\x01\x01"), "holds no timestamp"),
    ],
)
def test_an_answer_without_a_timestamp_is_refused(answer: bytes, said: str) -> None:
    with pytest.raises(timestamps.NoTimestamp, match=said):
        timestamps.token(answer, TEXT)


def test_an_answer_to_another_question_is_refused(authority: Authority) -> None:
    with pytest.raises(timestamps.NoTimestamp, match="something else"):
        timestamps.token(response(authority.token(b"other")), TEXT)
    with pytest.raises(timestamps.NoTimestamp, match="another request"):
        timestamps.token(response(authority.token(TEXT, nonce=5)), TEXT, 6)


def test_a_token_cut_anywhere_is_no_token(authority: Authority) -> None:
    whole = authority.token(TEXT)
    for length in range(0, len(whole), 7):
        with pytest.raises(ValueError):
            judged(whole[:length], authority)


def test_a_token_with_a_flipped_bit_is_not_trusted(authority: Authority) -> None:
    whole = authority.token(TEXT)
    stamp = v.timestamp_of(whole)
    for at in range(whole.index(stamp.content), len(whole), 5):
        broken = whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :]
        try:
            judged(broken, authority)
        except (ValueError, TypeError, LookupError, v.UnsupportedAlgorithm):
            continue
        # what no signature covers: the list of digests, the version, parameters nobody reads
        assert (v.timestamp_of(broken).content, v.timestamp_of(broken).imprint) == (stamp.content, stamp.imprint)


def test_a_chain_that_was_over_or_not_yet_begun_is_refused(authority: Authority) -> None:
    for days in (31, -31):
        with pytest.raises(ValueError, match="was not valid at"):
            judged(authority.token(TEXT, at=datetime.now(UTC) + timedelta(days=days)), authority)


def test_a_timestamp_outlives_its_certificate() -> None:
    past = Authority(days=(-400, -100))
    assert judged(past.token(TEXT, at=datetime.now(UTC) - timedelta(days=200)), past)


def test_a_foreign_chain_is_refused(authority: Authority) -> None:
    other = Authority()
    for token in (other.token(TEXT), other.token(TEXT, certificates=[other.signer, other.root, authority.root])):
        with pytest.raises(ValueError, match="not certified by an authority you gave"):
            judged(token, authority)


def test_a_certificate_that_is_none_for_timestamps_is_refused() -> None:
    other = Authority(purpose=ExtendedKeyUsageOID.SERVER_AUTH)
    with pytest.raises(ValueError, match="not one for timestamps"):
        judged(other.token(TEXT), other)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"content": b"\x30\x00"}, "timestamp"),
        ({"kind": v.SIGNED_DATA}, "something else than a timestamp"),
        ({"certificates": []}, "is not there"),
        ({"hash_of": Authority().signer}, "not made for the certificate"),
    ],
)
def test_a_token_that_is_not_whole_is_refused(authority: Authority, broken: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        judged(authority.token(TEXT, **broken), authority)


def test_a_content_exchanged_after_signing_is_refused(authority: Authority) -> None:
    first, second = authority.token(TEXT), authority.token(b"other")
    content = v.timestamp_of(second).content
    with pytest.raises(ValueError, match="not what was signed"):
        judged(first.replace(v.timestamp_of(first).content, content), authority)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not there")
def test_a_token_made_by_openssl_is_read_and_judged(tmp_path: Path) -> None:
    authority = Authority(key=rsa.generate_private_key(65537, 2048))
    (tmp_path / "key.pem").write_bytes(authority.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "signer.pem").write_bytes(authority.signer.public_bytes(Encoding.PEM))
    (tmp_path / "root.pem").write_bytes(authority.pem)
    (tmp_path / "request").write_bytes(timestamps.request(TEXT, 42))
    (tmp_path / "serial").write_text("01")
    (tmp_path / "config").write_text(
        "[tsa]\ndefault_tsa = one\n[one]\nserial = serial\nsigner_cert = signer.pem\nsigner_key = key.pem\n"
        "signer_digest = sha256\ndefault_policy = 1.2.3\ndigests = sha256\nordering = yes\ness_cert_id_alg = sha256\n"
    )
    command = "openssl ts -reply -config config -queryfile request -out reply"
    subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)
    token = timestamps.token((tmp_path / "reply").read_bytes(), TEXT, 42)
    assert judged(token, authority)
