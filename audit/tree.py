"""Hashes of the trail (RFC 6962, section 2.1) and commitments to values that may be erased later."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import reduce

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf(body: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + body).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Iterable[bytes]) -> bytes:
    """Root over the leaves in their order; memory grows with the logarithm of their number."""
    frontier = Frontier()
    for each in leaves:
        frontier.append(each)
    return frontier.root


class Frontier:
    """A tree that only grows: its size, and the roots of the complete subtrees it ends in, largest first."""

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        if len(peaks) != size.bit_count():
            raise ValueError(f"A tree of {size} leaves has {size.bit_count()} peaks, not {len(peaks)}.")
        self.size, self.peaks = size, list(peaks)

    def append(self, each: bytes) -> None:
        size = self.size
        while size & 1:
            each, size = node(self.peaks.pop(), each), size >> 1
        self.peaks.append(each)
        self.size += 1

    @property
    def root(self) -> bytes:
        return reduce(lambda total, peak: node(peak, total), reversed(self.peaks)) if self.peaks else EMPTY_ROOT


# Hash of the complete subtree of 2**height leaves that is the index-th of its height.
Subtree = Callable[[int, int], bytes]


def range_root(low: int, high: int, subtree: Subtree) -> bytes:
    """Root over the leaves `low` to `high` - 1; `low` is a multiple of the least power of two not below their count."""
    count = high - low
    if count == 0:
        return EMPTY_ROOT
    if count & (count - 1) == 0:
        return subtree(count.bit_length() - 1, low // count)
    middle = low + _split(count)
    return node(range_root(low, middle, subtree), range_root(middle, high, subtree))


def inclusion(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """Proof that a leaf is the index-th of the first `size` (RFC 6962, section 2.1.1), leaf upward."""
    return _path(index, 0, size, subtree)


def _path(index: int, low: int, high: int, subtree: Subtree) -> list[bytes]:
    if high - low <= 1:
        return []
    middle = low + _split(high - low)
    if index < middle:
        return [*_path(index, low, middle, subtree), range_root(middle, high, subtree)]
    return [*_path(index, middle, high, subtree), range_root(low, middle, subtree)]


def _split(count: int) -> int:
    """The greatest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def commitment(salt: bytes, value: bytes) -> str:
    """Hex commitment to canonical `value`; without the 16 bytes of `salt` it tells nothing."""
    return hashlib.sha256(b"crispmlq/commit/v1\x00" + salt + value).hexdigest()
