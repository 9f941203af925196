"""A timestamp authority of the tests (RFC 3161): its certificates, and the tokens it signs."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from audit.standalone import verify_bundle as v
from audit.timestamps import _integer as integer
from audit.timestamps import _piece as piece

NULL = piece(0x05, b"")
RSA_SHA256, ECDSA_SHA256 = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a8648ce3d040302")


def sequence(*parts: bytes) -> bytes:
    return piece(0x30, b"".join(parts))


def algorithm(oid: bytes, *rest: bytes) -> bytes:
    return sequence(piece(0x06, oid), *rest)


class Authority:
    """A root, and a signer certified by it; `days` tell when both become and cease to be valid."""

    def __init__(
        self, days: tuple[int, int] = (-30, 30), purpose: Any = ExtendedKeyUsageOID.TIME_STAMPING, key: Any = None
    ):
        self.days = days
        self._root_key = ec.generate_private_key(ec.SECP256R1())
        self.key = key or ec.generate_private_key(ec.SECP256R1())
        self.root = self._certificate("Root of the tests", self._root_key.public_key(), authority=True)
        self.signer = self._certificate("Timestamps of the tests", self.key.public_key(), purpose=purpose)

    @property
    def pem(self) -> bytes:
        return self.root.public_bytes(Encoding.PEM)

    def token(self, text: bytes, nonce: int | None = None, at: datetime | None = None, **broken: Any) -> bytes:
        """`broken` puts something else into its place: `imprint`, `content`, `kind`, `hash_of`, `certificates`."""
        imprint = broken.get("imprint", hashlib.sha256(text).digest())
        stamped = (at or datetime.now(UTC)).strftime("%Y%m%d%H%M%SZ").encode()
        numbers = integer(nonce) if nonce is not None else b""
        info = sequence(
            integer(1), piece(0x06, b"\x2a\x03"), sequence(algorithm(v.SHA256_OID, NULL), piece(0x04, imprint)),
            integer(7), piece(0x18, stamped), sequence(integer(1)), numbers,
        )  # fmt: skip
        named = broken.get("hash_of", self.signer).public_bytes(Encoding.DER)
        attributes = b"".join(
            sequence(piece(0x06, oid), piece(0x31, value))
            for oid, value in (
                (v.CONTENT_TYPE, piece(0x06, broken.get("kind", v.TST_INFO))),
                (v.MESSAGE_DIGEST, piece(0x04, hashlib.sha256(info).digest())),
                (v.SIGNING_CERTIFICATE_V2, sequence(sequence(sequence(piece(0x04, hashlib.sha256(named).digest()))))),
            )
        )
        oid, signature = self._sign(piece(0x31, attributes))
        sid = sequence(self.signer.issuer.public_bytes(), integer(self.signer.serial_number))
        signer = sequence(
            integer(1), sid, algorithm(v.SHA256_OID), piece(0xA0, attributes), algorithm(oid), piece(0x04, signature)
        )
        content = broken.get("content", info)
        bag = b"".join(c.public_bytes(Encoding.DER) for c in broken.get("certificates", [self.signer]))
        signed = sequence(
            integer(3), piece(0x31, algorithm(v.SHA256_OID)),
            sequence(piece(0x06, v.TST_INFO), piece(0xA0, piece(0x04, content))), piece(0xA0, bag), piece(0x31, signer),
        )  # fmt: skip
        return sequence(piece(0x06, v.SIGNED_DATA), piece(0xA0, signed))

    def answer(self, request: bytes) -> bytes:
        """The response to a request, granted."""
        _, imprint, *rest = v.der(v.der(request, 0x30)[0][1], 0x02, 0x30)
        digest = v.der(imprint[1], 0x30, 0x04)[1][1]
        nonce = next((int.from_bytes(each[1], "big") for each in rest if each[0] == 0x02), None)
        return response(self.token(b"", nonce, imprint=digest))

    def _sign(self, text: bytes) -> tuple[bytes, bytes]:
        if isinstance(self.key, rsa.RSAPrivateKey):
            return RSA_SHA256, self.key.sign(text, padding.PKCS1v15(), hashes.SHA256())
        return ECDSA_SHA256, self.key.sign(text, ec.ECDSA(hashes.SHA256()))

    def _certificate(self, name: str, public: Any, authority: bool = False, purpose: Any = None) -> x509.Certificate:
        today = datetime.now(UTC)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        built = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if authority else self.root.subject)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(today + timedelta(days=self.days[0]))
            .not_valid_after(today + timedelta(days=self.days[1]))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )
        if purpose:
            built = built.add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
        return built.sign(self._root_key, hashes.SHA256())


def response(token: bytes | None, status: int = 0) -> bytes:
    return sequence(sequence(integer(status)), token or b"")
