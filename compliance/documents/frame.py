"""Puts the frame around what a builder wrote: cover, trail head, references, how to verify, and what is not said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from audit import heads, sealing
from audit.canon import plain
from audit.past import Past, Present
from audit.snapshot import one_moment
from audit.trail import Event
from compliance.documents import citing, limits, wording
from compliance.documents.blocks import (
    Block,
    Code,
    KeyValues,
    Listing,
    Paragraph,
    ReportDocument,
    Section,
    Text,
    TrailHead,
    references_in,
)
from compliance.documents.kinds import Context, ReportKind
from compliance.documents.wording import Wording
from compliance.documents.writing import pair
from crispmlq.errors import NotFound
from projects.models import Project
from regulations import covering, sources

# Acts that leave the project as it is: the report of the same state has the same bytes.
NOT_STATE = (
    "report.issued", "report.downloaded", "package.exported", "evidence.downloaded", "trail.exported",
    "trail.history_exported",
    "act.refused",
)  # fmt: skip
NO_WORDS = Wording()
Tell = Callable[[int, str], None]


def build(
    kind: ReportKind, project: Project, *, at: datetime | None = None, status: str = "final",
    words: Wording = NO_WORDS, tell: Tell = lambda *_: None,
) -> ReportDocument:  # fmt: skip
    """The report of the project as it is, or as it was at a time; all of one moment.

    `words`: those of the organisation. `tell` hears percent and step. The same state and words give the same document:
    acts that only look at the project change nothing.

    Raises: NotFound: there was no project then. NoKey and the like: the trail can not be sealed, see `sealing.seal`.
    """
    tell(5, "Sealing the trail")
    sealing.seal_all()
    tell(10, "Reading the records")
    with one_moment():
        last = _last_change(project, at)
        context = _context(project, last, is_past=at is not None)
        tell(20, "Writing the report")
        return _framed(kind, context, last, status, words)


def context_of(project: Project, at: datetime | None = None) -> Context:
    """What builders read of the project, now or at a time."""
    return _context(project, _last_change(project, at), is_past=at is not None)


def _context(project: Project, last: Event, *, is_past: bool) -> Context:
    """From the tables or from the trail: both read the same, so both give the same report."""
    source = Past(project.pk, last.at) if is_past else Present(project.pk)
    records = sources.collect(source)
    return Context(
        project=source.get(Project, project.pk), at=last.at, source=source, records=records,
        packs=covering.packs(source, last.at),
    )  # fmt: skip


def _last_change(project: Project, at: datetime | None) -> Event:
    """The last act up to `at` that changed the project: it fixes what the report shows."""
    found = Event.objects.filter(log_id=project.pk).exclude(act__in=NOT_STATE)
    last = (found.filter(at__lte=at) if at else found).order_by("-id").first()
    if last is None:
        raise NotFound("The project did not exist at that time, or its trail from then was deleted after retention.")
    return last


def _framed(kind: ReportKind, context: Context, last: Event, status: str, words: Wording) -> ReportDocument:
    project, head = context.project, _head(last)
    written = kind.build(context)
    values = _values(kind, context, status)
    introduction = wording.section("introduction", "Introduction", words.introduction, values)
    closing = wording.section("closing", "In closing", words.closing, values)
    last_part = limits.last_part(kind, context, written)
    sections = (*introduction, *written, *closing, _verify(head), last_part)
    return ReportDocument(
        kind=kind.key, title=wording.filled(words.title, values) or kind.title, subtitle=project.purpose,
        project=project.name, slug=project.slug,
        as_of=plain(last.at), text_versions=_text_versions(context, words), status=status, trail=head,
        facts=_facts(context), sections=sections,
        references=citing.cited(references_in(sections), project.pk, last.at),
    )  # fmt: skip


def _head(last: Event) -> TrailHead:
    head = heads.covering(last)
    return TrailHead(
        size=head.size, root=head.root, last_event=str(last.uid), sealed_at=plain(head.sealed_at), note=head.note,
        root_note=head.root_note, vkey=head.vkey,
    )  # fmt: skip


def _values(kind: ReportKind, context: Context, status: str) -> dict[str, str]:
    """What stands in the place of each field of `wording.FIELDS`."""
    project = context.project
    return {
        "project": project.name, "purpose": project.purpose, "state": project.get_state_display(),
        "iteration": str(project.iteration), "report": kind.title, "status": status, "as_of": f"{context.at:%Y-%m-%d}",
    }  # fmt: skip


def _text_versions(context: Context, words: Wording) -> tuple[str, ...]:
    """Under which texts the project stands, and whose words are in the report."""
    catalogue = context.project.catalogue
    lines = (f"Process {catalogue}, SHA-256 {catalogue.sha256}",)
    lines += tuple(row.pack.text_line for row in covering.classifications(context.source))
    return lines + (f"Words of the organisation, version {words.version}",) * bool(words.version)


def _facts(context: Context) -> KeyValues:
    project = context.project
    late = ()
    if project.running_since:
        said = f"The system runs since {project.running_since}; entries marked “recorded later” carry their true time."
        late = (pair("Taken in late", said),)
    state = f"{project.get_state_display()}, iteration {project.iteration}"
    return KeyValues((pair("State", state), pair("Kind", project.get_kind_display()), *late))


def _verify(head: TrailHead) -> Section:
    blocks: tuple[Block, ...] = (
        Paragraph(
            "Everything printed here comes from records whose every change is an event in a trail. The trail is "
            "sealed: each event has its place in a hash tree, and a key outside the database signs the head of the "
            "tree. The notes below are such heads, as they were when the trail first held all this report says. Keep "
            f"this page: with it, any later change of the {head.size} events it stands on can be found, whoever makes "
            "it."
        ),
        Code(head.note, "Head of this project’s log"),
        Code(head.root_note, "Head of the whole installation"),
        Code(head.vkey, "Key"),
        Listing(
            (
                Text(
                    "Ask for the trail of this project, one file: on its page “Integrity”, or manage.py audit_export."
                ),
                Text("Take the program verify_bundle.py from its publisher, not from that file."),
                Text(
                    "Save one of the notes above as a text file and run, without a network: python verify_bundle.py "
                    "BUNDLE.zip --vkey KEY --checkpoint NOTE.txt"
                ),
            ),
            ordered=True,
        ),
    )  # fmt: skip
    return Section("verify", "How to verify", blocks)
