"""Risks, documents, the phases with their tasks and requirements, and who works in the project."""

from __future__ import annotations

from collections import defaultdict

from catalogue.definitions import Catalogue, of
from compliance.documents.blocks import Block, Section, Text
from compliance.documents.kinds import Context
from compliance.documents.writing import cell, code, number, paragraph, table
from compliance.documents.writing import text as column
from projects import document_computed
from projects.models import Document, Membership, Phase, Project, Revision, Risk


def risks(context: Context) -> Section:
    by_category: dict[str, list[Risk]] = defaultdict(list)
    for risk in sorted(context.rows(Risk), key=lambda r: (r.phase.number, r.position)):
        if risk.task is None or risk.task.state != "not_applicable":
            by_category[risk.get_category_display()].append(risk)
    blocks = tuple(_category(category, found) for category, found in sorted(by_category.items()))
    return Section("risks", "Risks", blocks)


def _category(category: str, risks: list[Risk]) -> Section:
    rows = [
        [
            cell(f"{r.name} (own)" if r.is_own else r.name, r), r.phase.number, r.get_severity_display(),
            r.get_likelihood_display(), r.rating, _state(r),
        ]
        for r in risks
    ]  # fmt: skip
    columns = [column("Risk", 5), number("Phase"), "Severity", "Likelihood", number("Rating"), column("State", 4)]
    key = "risks-" + category.lower().replace(" ", "-")
    return Section(key, f"{category} ({len(risks)})", (table(f"Risks, {category.lower()}", columns, rows),))


def _state(risk: Risk) -> str:
    state = risk.get_state_display()
    if risk.accepted_by is None:
        return state
    return f"{state} by {risk.accepted_by} until {risk.accepted_until}: {risk.acceptance_reason}"


def documents(context: Context) -> Section:
    template = of(context.project.catalogue)
    rows = [
        _revision(revision, document, template, context.project)
        for document in context.rows(Document)
        for revision in sorted(document.revisions.all(), key=lambda r: r.number)
    ]
    columns = [
        column("Document", 3), number("Phase"), number("Rev."), column("State", 2), column("Author and reviews", 3),
        code("Files", 4),
    ]  # fmt: skip
    told = "The mark of a revision leads to the hash that commits to its whole content; that of a file is of its bytes."
    return Section("documents", "Documents", (paragraph(told), table("Documents and their revisions", columns, rows)))


def _revision(revision: Revision, document: Document, template: Catalogue, project: Project) -> list[object]:
    definition = template.document_kinds.get(document.kind)
    computed = document_computed.values_of(definition, revision.fields) if definition else {}
    state = [revision.get_state_display()]
    state += ["recorded later"] * project.is_recorded_later(revision.created_at)
    state += [f"{label}: {value}" for label, value in computed.items()]
    reviews = [f"{r.get_verdict_display()}: {r.reviewer}, {r.role.replace('-', ' ')}" for r in revision.reviews.all()]
    files = sorted((a.blob for a in revision.attachments.all()), key=lambda blob: blob.name)
    return [
        cell(document.title, revision), document.phase.number, revision.number, "\n".join(state),
        "\n".join([str(revision.author), *reviews]),
        cell("\n".join(f"{blob.name} {blob.sha256}" for blob in files), *files),
    ]  # fmt: skip


def phases(context: Context) -> Section:
    template = of(context.project.catalogue)
    return Section("phases", "Phases", tuple(_phase(phase, template) for phase in context.rows(Phase)))


def _phase(phase: Phase, template: Catalogue) -> Section:
    tasks = [
        [cell(f"{t.name} (own)" if t.is_own else t.name, t), t.get_state_display(), t.reason or t.result]
        for t in _in_order(phase.task_set.all())
    ]
    requirements = [[cell(r.text, r), r.get_state_display(), r.note] for r in _in_order(phase.requirement_set.all())]
    blocks: tuple[Block, ...] = (
        paragraph(template.phase(phase.number).aim, phase),
        table(f"Tasks of phase {phase.number}", [column("Task", 5), "State", column("Note", 5)], tasks),
        table(
            f"Requirements of phase {phase.number}",
            [column("Requirement", 5), "State", column("How it is met", 5)],
            requirements,
        ),
    )
    return Section(f"phase-{phase.number}", f"{phase.number} {phase.name}: {phase.get_state_display()}", blocks)


def _in_order(rows: list) -> list:
    return sorted(rows, key=lambda row: (row.position, row.pk))


def people(context: Context) -> Section:
    roles = of(context.project.catalogue).roles
    members = sorted((m for m in context.rows(Membership) if m.roles), key=lambda m: m.user.display_name)
    rows: list[list[str | Text]] = [[cell(m.user, m), ", ".join(roles[role] for role in m.roles)] for m in members]
    return Section("people", "People", (table("Members", ["Name", column("Roles", 4)], rows),))
