"""Writes the audit package: reports, evidence, the trail with its verifier, and a page that leads through them.

The same trail head, reports and reader give the same bytes.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string

from audit import bundle, keys
from audit.canon import plain
from audit.guards import governed_models
from audit.packing import Parts
from audit.past import Present
from compliance.models import Report
from evidence.models import Blob
from evidence.services import blobs
from projects.models import Project
from ui.sheets import safe

FORMAT = "crispmlq-package/1"
VERIFIER = Path(bundle.__file__).parent / "standalone" / "verify_bundle.py"
STYLES = Path(settings.BASE_DIR, "static", "css", "package.css")
COLUMNS = ["sha256", "file", "name", "size", "media type", "stored at", "belongs to", "why not here"]
CONFIDENTIAL = "Confidential; whoever made this package may not read it."
Tell = Callable[[int, str], None]


@dataclass(frozen=True)
class Piece:
    """One file of evidence. `path` in the package; empty, with the reason in `why_not`, if only its hash is."""

    blob: Blob
    belongs_to: tuple[str, ...]
    path: str
    why_not: str = ""


@dataclass(frozen=True)
class Use:
    """A row that holds a file, and the roles that may read the file there (none: every member)."""

    name: str
    readers: frozenset[str]


@dataclass(frozen=True)
class Written:
    """What is in a package: events of the trail, files of evidence, and how many of them by hash alone."""

    events: int
    evidence: int
    by_hash: int


def write(project: Project, path: Path, reports: list[Report], roles: frozenset[str] | None, tell: Tell) -> Written:
    """Write the package to `path`. `roles`: of who reads it; None reads everything.

    Raises: EvidenceDamaged: a file is not what was stored. As `bundle.write`.
    """
    pieces = _pieces(project, roles)
    with TemporaryDirectory(dir=path.parent) as folder:
        parts = Parts(Path(folder))
        tell(5, "Exporting the trail")
        (parts.folder / "trail").mkdir()
        head = bundle.write(project.pk, parts.folder / "trail" / "bundle.zip", lambda n, said: tell(5 + n // 2, said))
        parts.put("trail/verify_bundle.py", VERIFIER.read_bytes())
        parts.put("trail/vkeys.txt", "\n".join([*keys.published(), ""]).encode())
        tell(60, "Copying reports")
        for report in reports:
            for form, blob in report.files:
                parts.put(f"reports/{name_of(report)}.{form}", blobs.read(blob))
        tell(70, "Copying evidence")
        for piece in pieces:
            if piece.path:
                parts.put(piece.path, blobs.read(piece.blob))
        parts.put("evidence/index.csv", _as_csv(pieces))
        parts.put("index.css", STYLES.read_bytes())
        parts.put("INDEX.html", _index(project, reports, pieces, head).encode())
        tell(90, "Packing")
        parts.pack(path, FORMAT, project=project.slug, log=str(project.pk), events=head.size)
    return Written(head.size, len(pieces), sum(not piece.path for piece in pieces))


def name_of(report: Report) -> str:
    return f"{report.kind}-{report.trail_size}-{report.status}"


def _pieces(project: Project, roles: frozenset[str] | None) -> list[Piece]:
    """Every file of the project but its reports, by name and hash; a query for each kind of row that holds files."""
    now = Present(project.pk)
    reports = {blob.pk for report in now.rows(Report) for _, blob in report.files}
    uses = _uses(now)
    found = sorted(now.rows(Blob), key=lambda blob: (blob.name, blob.sha256))
    return [_piece(blob, uses[blob.pk], roles) for blob in found if blob.pk not in reports]


def _uses(now: Present) -> dict[UUID, list[Use]]:
    """Blob -> the rows that hold it, whatever their kind; for an attachment, the revision it is attached to."""
    uses: dict[UUID, list[Use]] = defaultdict(list)
    for model in governed_models():
        for name in [field.name for field in model._meta.concrete_fields if field.related_model is Blob]:
            for row in now.rows(model):
                if (blob := getattr(row, name)) is not None:
                    holder = getattr(row, "revision", row)
                    told = f"{holder._meta.verbose_name.capitalize()}: {holder}"
                    uses[blob.pk].append(Use(told, frozenset(getattr(row, "readers", ()))))
    return uses


def _piece(blob: Blob, uses: list[Use], roles: frozenset[str] | None) -> Piece:
    belongs_to = tuple(use.name for use in uses)
    if roles is not None and uses and not any(not use.readers or roles & use.readers for use in uses):
        return Piece(blob, belongs_to, "", CONFIDENTIAL)
    return Piece(blob, belongs_to, f"evidence/{blob.sha256[:16]}/{blob.name}")


def _as_csv(pieces: Iterable[Piece]) -> bytes:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for piece in pieces:
        blob = piece.blob
        cells = [blob.sha256, piece.path, blob.name, blob.size, blob.media_type, plain(blob.stored_at)]
        rows.writerow([safe(str(cell)) for cell in (*cells, "; ".join(piece.belongs_to), piece.why_not)])
    return text.getvalue().encode()


def _index(project: Project, reports: list[Report], pieces: list[Piece], head: bundle.Head) -> str:
    context = {
        "project": project,
        "reports": [(report, name_of(report), report.files) for report in reports],
        "pieces": pieces,
        "by_hash": sum(not piece.path for piece in pieces),
        "events": head.size,
        "sealed_at": head.seal.at,
        "vkeys": keys.published(),
    }
    return render_to_string("compliance/package.html", context)
