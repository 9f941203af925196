"""What the project's models are made from: versions with their owners, parts of others, automated steps."""

from __future__ import annotations

from compliance.documents.blocks import Section, Table
from compliance.documents.kinds import Context
from compliance.documents.writing import cell, code, paragraph, table
from compliance.documents.writing import text as column
from registry.models import Artefact, ArtefactVersion

SAID = ("supplier", "version", "licence")


def section(context: Context) -> Section:
    versions = sorted(
        context.rows(ArtefactVersion), key=lambda v: (v.artefact.kind, v.artefact.name, v.number)
    )  # fmt: skip
    steps = [version for version in versions if version.step]
    automated = sum(version.step_mode == ArtefactVersion.Mode.AUTOMATED for version in steps)
    return Section(
        "parts",
        "What the models are made from",
        (
            _versions(versions),
            paragraph(f"{automated} of {len(steps)} steps ran automated."),
            _external(context),
            _pre_trained(versions),
        ),
    )


def _versions(versions: list[ArtefactVersion]) -> Table:
    rows = [
        [
            cell(f"{v.artefact.name}, {v.ref}", v), v.definition.name, v.artefact.owner or "nobody",
            f"{v.step}, {v.get_step_mode_display().lower()}" if v.step else "", v.get_state_display(), v.sha256,
        ]
        for v in versions
    ]  # fmt: skip
    columns = [column("Version", 3), "Kind", "Owner", "Step", "State", code("SHA-256", 4)]
    return table("Registered versions", columns, rows, "Nothing is registered.")


def _external(context: Context) -> Table:
    found = [artefact for artefact in context.rows(Artefact) if artefact.kind == "external"]
    rows = [[cell(a.name, a), *(a.fields[key] for key in SAID), a.owner] for a in found]
    columns = [column("Part", 3), "Supplier", "Version", "Licence", "Owner here"]
    return table("Parts of others", columns, rows, "No part of others is registered.")


def _pre_trained(versions: list[ArtefactVersion]) -> Table:
    rows = [
        [cell(v.ref, v), *(part[key] for key in ("name", "source", "version", "licence"))]
        for v in versions
        for part in v.fields.get("pre-trained-parts", [])
    ]
    columns = [column("Model", 3), "Part", "Source", "Version", "Licence"]
    return table("Pre-trained parts", columns, rows, "No pre-trained part is registered.")
