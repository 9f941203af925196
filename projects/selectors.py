"""Reads of a project, with their prefetches."""

from __future__ import annotations

from catalogue.definitions import of
from projects.document_reviews import holds_since
from projects.models import Document, Task


def documents_lacking(task: Task) -> list[tuple[str, str]]:
    """(kind, name) of the task's documents that are not accepted in the iteration the task has to be done in."""
    kinds = of(task.project.catalogue).document_kinds
    documents = Document.objects.filter(project_id=task.project_id, kind__in=task.document_kinds)
    held = set()
    for document in documents.prefetch_related("revisions__reviews"):
        for revision in document.revisions.all():
            since = holds_since(revision, list(revision.reviews.all()), kinds[document.kind].review_roles)
            if since >= task.iteration:
                held.add(document.kind)
    return [(kind, kinds[kind].name) for kind in task.document_kinds if kind not in held]
