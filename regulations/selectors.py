"""Reads of packs: which there are, which is in force."""

from __future__ import annotations

from datetime import datetime

from crispmlq.errors import NotFound
from regulations.models import PackVersion


def packs() -> list[PackVersion]:
    """Every loaded version, by key and version."""
    return list(PackVersion.objects.select_related("put_in_force_by"))


def in_force(at: datetime | None = None) -> dict[str, PackVersion]:
    """By key, the version put into force last (until `at`, if given)."""
    found = PackVersion.objects.exclude(in_force_since=None).order_by("in_force_since", "version")
    if at is not None:
        found = found.filter(in_force_since__lte=at)
    return {row.key: row for row in found}


def pack_in_force(key: str, at: datetime | None = None) -> PackVersion:
    """Raises: NotFound: no version of this regulation is in force."""
    row = in_force(at).get(key)
    if row is None:
        known = ", ".join(sorted(in_force())) or "none yet: an administrator runs `manage.py load_regulations`"
        raise NotFound(f"No regulation “{key}” is in force here, but: {known}.")
    return row


def version(key: str, number: str = "") -> PackVersion:
    """The version of that number; without, the one in force.

    Raises: NotFound: it was never loaded; the sentence tells which were.
    """
    if not number:
        return pack_in_force(key)
    row = PackVersion.objects.filter(key=key, version=number).first()
    if row is None:
        loaded = ", ".join(PackVersion.objects.filter(key=key).values_list("version", flat=True)) or "none"
        raise NotFound(f"Version “{number}” of “{key}” was never loaded here, but: {loaded}.")
    return row
