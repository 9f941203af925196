"""Timestamps of a public authority (RFC 3161): asking for one, and judging it as `standalone/verify_bundle.py` will."""

from __future__ import annotations

import hashlib
import secrets

from cryptography.exceptions import UnsupportedAlgorithm

from audit.standalone.verify_bundle import (
    SHA256_OID,
    Unreadable,
    authority_of,
    der,
    read_certificates,
    timestamp_of,
)

REQUEST, REPLY = "application/timestamp-query", "application/timestamp-reply"
MOST_BYTES = 1 << 20


class NoTimestamp(ValueError):
    """The authority gave none, or one of something else."""


def request(text: bytes, nonce: int | None = None) -> bytes:
    """A request for a timestamp over SHA-256 of the text, with the certificates of the authority in it."""
    algorithm = _piece(0x30, _piece(0x06, SHA256_OID) + _piece(0x05, b""))
    imprint = _piece(0x30, algorithm + _piece(0x04, hashlib.sha256(text).digest()))
    wanted = _integer(1) + imprint + (_integer(nonce) if nonce is not None else b"") + _piece(0x01, b"\xff")
    return _piece(0x30, wanted)


def fresh_nonce() -> int:
    return secrets.randbits(63)


def token(response: bytes, text: bytes, nonce: int | None = None) -> bytes:
    """The timestamp in a response, found to be of this text and asked for now; `require_signed` looks at its signature.

    Raises: NoTimestamp.
    """
    try:
        status, *rest = der(der(response, 0x30)[0][1], 0x30)
        if der(status[1], 0x02)[0][1] not in (b"\0", b"\1") or not rest:
            raise NoTimestamp("The authority refused to give a timestamp.")
        stamp = timestamp_of(rest[0][2])
    except NoTimestamp:
        raise
    except ValueError as error:
        raise NoTimestamp(f"The answer holds no timestamp: {error}.") from None
    if stamp.imprint != hashlib.sha256(text).digest():
        raise NoTimestamp("The timestamp is of something else.")
    if nonce is not None and stamp.nonce != nonce:
        raise NoTimestamp("The timestamp was made for another request.")
    return rest[0][2]


def require_signed(stamp: bytes, certificates: str) -> None:
    """Raises: NoTimestamp: it is not signed by an authority of this PEM file, or there is none."""
    if not certificates:
        raise NoTimestamp("Set AUDIT_ANCHOR_TSA_CERTIFICATES; without it nobody knows whether the authority signed.")
    try:
        authority_of(timestamp_of(stamp), read_certificates(certificates))
    except Unreadable as problem:
        raise NoTimestamp(str(problem)) from None
    except (ValueError, TypeError, LookupError, UnsupportedAlgorithm) as error:
        raise NoTimestamp(f"The timestamp is not to be trusted: {error}.") from None


def _integer(value: int) -> bytes:
    return _piece(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _piece(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content
