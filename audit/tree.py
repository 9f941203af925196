"""Hashes of the trail (RFC 6962, section 2.1) and commitments to values that may be erased later."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf(body: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + body).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Iterable[bytes]) -> bytes:
    """Root over the leaves in their order; memory grows with the logarithm of their number."""
    peaks: list[tuple[int, bytes]] = []  # (height, hash), heights falling
    for each in leaves:
        peak = (0, each)
        while peaks and peaks[-1][0] == peak[0]:
            peak = (peak[0] + 1, node(peaks.pop()[1], peak[1]))
        peaks.append(peak)
    if not peaks:
        return EMPTY_ROOT
    total = peaks.pop()[1]
    while peaks:
        total = node(peaks.pop()[1], total)
    return total


def commitment(salt: bytes, value: bytes) -> str:
    """Hex commitment to canonical `value`; without the 16 bytes of `salt` it tells nothing."""
    return hashlib.sha256(b"crispmlq/commit/v1\x00" + salt + value).hexdigest()
