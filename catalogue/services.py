"""Loading a catalogue into the database."""

from __future__ import annotations

import hashlib
from pathlib import Path

from audit import ActorRef, act
from audit.canon import canonical
from catalogue import loader
from catalogue.models import CatalogueVersion
from crispmlq.errors import Conflict


def load(path: Path | None = None, *, by: ActorRef) -> CatalogueVersion:
    """Store the catalogue in the folder `path` (default: the built-in one). Loading it again changes nothing.

    Raises:
        Invalid: the files have problems.
        Conflict: this version was loaded before with other content.
    """
    body = loader.load(path)
    digest = hashlib.sha256(canonical(body)).hexdigest()
    known = CatalogueVersion.objects.filter(key=body["key"], version=body["version"]).first()
    if known is not None:
        if known.sha256 != digest:
            raise Conflict(
                f"{known} was loaded with other content. Give the changed catalogue a new version.",
                loaded=known.sha256,
                found=digest,
            )
        return known
    row = CatalogueVersion(key=body["key"], version=body["version"], sha256=digest, body=body)
    with act("catalogue.loaded", by=by, subject=row) as doing:
        row.loaded_at = doing.at
        row.save()
    return row
