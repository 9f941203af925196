"""Loading a catalogue: read, validate, store as a version that never changes."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import audit
from audit.canon import canonical
from catalogue import files, validation
from catalogue.models import CatalogueVersion
from crispmlq.errors import Conflict, Invalid


def load(*, by: audit.ActorRef, path: Path | None = None) -> CatalogueVersion:
    """Store the catalogue of a folder (default: the built-in one); loading the same one again changes nothing.

    Raises:
        Invalid: the files break a rule; every fault with file, line and rule.
        Conflict: this version was loaded before with another content.
    """
    body = check(path or files.BUILT_IN)
    digest = hashlib.sha256(canonical(body)).hexdigest()
    known = CatalogueVersion.objects.filter(key=body["key"], version=body["version"]).first()
    if known:
        if known.sha256 != digest:
            raise Conflict(f"{known} was loaded with another content. Give the changed catalogue a new version.")
        return known
    version = CatalogueVersion(id=_id_of(digest), key=body["key"], version=body["version"], sha256=digest, body=body)
    with audit.act("catalogue.loaded", by=by, subject=version) as act:
        version.loaded_at = act.at
        version.save()
        return version


def _id_of(digest: str) -> UUID:
    """The same catalogue has the same id in every installation, so that projects can be carried between them."""
    return uuid5(NAMESPACE_URL, f"crispmlq:catalogue:{digest}")


def check(path: Path) -> dict[str, Any]:
    """The body of a catalogue that breaks no rule.

    Raises: Invalid: with every fault.
    """
    if not path.is_dir():
        raise Invalid(f"{path} is not a folder.")
    found = files.read(path)
    faults = [fault for file in found for fault in file.faults] or validation.faults_of(found)
    if faults:
        raise Invalid("The catalogue breaks these rules:\n" + "\n".join(faults), errors={"": faults})
    return validation.body_of(found)
