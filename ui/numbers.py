"""Whole numbers out of addresses, forms and files."""

from __future__ import annotations


def whole(text: str, digits: int = 9) -> int | None:
    """The number that at most so many ASCII digits say; nothing, if the text is something else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None
