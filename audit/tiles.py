"""Tiles of a log's tree: rows of up to 256 hashes, from which every old root and every proof can be computed.

A tile of level L holds roots of complete subtrees of 256**L leaves (C2SP tlog-tiles). Only the last of a level grows.
"""

from __future__ import annotations

from itertools import count
from uuid import UUID

from audit import tree
from audit.trail import Tile

WIDTH, BYTES = 256, 32


def extend(log_id: UUID, size: int, leaves: list[bytes]) -> None:
    """Append leaves to the tiles of a log that has `size` leaves; two queries for each level touched."""
    for level in count():
        if not leaves:
            return
        first = size // WIDTH
        begun = Tile.objects.filter(log_id=log_id, level=level, idx=first).first() if size % WIDTH else None
        hashes = (_split(begun) if begun else []) + leaves
        fresh, complete = [], []
        for index, at in enumerate(range(0, len(hashes), WIDTH), first):
            row = hashes[at : at + WIDTH]
            fresh.append(Tile(log_id=log_id, level=level, idx=index, data=b"".join(row)))
            if len(row) == WIDTH:
                complete.append(tree.root(row))
        if begun:
            Tile.objects.filter(pk=begun.pk).update(data=fresh.pop(0).data)
        Tile.objects.bulk_create(fresh)
        leaves, size = complete, first


class Reader:
    """Hashes of complete subtrees of one log, for roots and proofs; reads each tile once."""

    def __init__(self, log_id: UUID) -> None:
        self._log_id = log_id
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def subtree(self, height: int, index: int) -> bytes:
        level, rest = divmod(height, 8)
        first = index << rest
        row = self._tile(level, first // WIDTH)
        return tree.root(row[first % WIDTH : first % WIDTH + (1 << rest)])

    def root(self, size: int) -> bytes:
        """Root over the first `size` leaves."""
        return tree.range_root(0, size, self.subtree)

    def leaves(self, size: int, since: int = 0) -> bytes:
        """The hashes of the first `size` leaves from number `since` on, one after the other."""
        first = since // WIDTH
        rows = Tile.objects.filter(log_id=self._log_id, level=0, idx__gte=first, idx__lt=-(-size // WIDTH))
        data = b"".join(bytes(data) for data in rows.order_by("idx").values_list("data", flat=True))
        return data[(since - first * WIDTH) * BYTES : max(size - first * WIDTH, 0) * BYTES]

    def _tile(self, level: int, index: int) -> list[bytes]:
        key = (level, index)
        if key not in self._tiles:
            self._tiles[key] = _split(Tile.objects.get(log_id=self._log_id, level=level, idx=index))
        return self._tiles[key]


def _split(tile: Tile) -> list[bytes]:
    data = bytes(tile.data)
    return [data[at : at + BYTES] for at in range(0, len(data), BYTES)]
