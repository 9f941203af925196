"""Pages of records: what the project has recorded in the words of the regulations, and forms to record more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from audit.past import Present
from crispmlq.errors import DomainError, NotAllowed, NotFound
from evidence.services import blobs
from projects import access, places
from projects.models import Project
from projects.views import typed_fields
from projects.views.commands import done
from projects.views.files import sheet
from projects.views.pages import show
from projects.views.readers import require_text, version
from regulations import selectors
from regulations.addresses import entry_page
from regulations.models import Entry
from regulations.record_types import RecordType
from regulations.records import Record
from regulations.services import entries
from regulations.sources import collect

PAGE = 50
SHOWN = 4  # fields of a record that a list shows
FROM = {"rows": "Read from the project", "entries": "Entered"}


@require_safe
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """Every record type with how much there is of it."""
    project = access.project_for(request.actor, slug)
    types = selectors.record_types_in_force().values()
    found = collect(Present(project.pk))
    if form := request.GET.get("format"):
        rows = [[kind.id, *_line(kind, each)] for kind in types for each in found.of(kind.id)]
        return sheet(f"{slug}-records", form, ["type", "record", "source", "fields"], rows)
    counted = [(kind, len(found.of(kind.id)), sum(map(_is_entered, found.of(kind.id)))) for kind in types]
    return show(request, "regulations/records.html", project, tab="records", types=counted)


@require_safe
def of_type(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """The records of a type, with where each comes from."""
    project = access.project_for(request.actor, slug)
    of, chosen = _type(kind), request.GET.get("from", "")
    found = [each for each in collect(Present(project.pk)).of(kind) if chosen in {"", _origin(each)}]
    if form := request.GET.get("format"):
        headings = ["record", "source", *of.by_key] if form == "json" else ["Record", "Source", *_labels(of)]
        rows = [[each.source.label, each.source.kind, *map(each.fields.get, of.by_key)] for each in found]
        return sheet(f"{slug}-{kind}", form, headings, ([_cell(value) for value in row] for row in rows))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    replaced = Entry.objects.filter(project=project, type=kind).exclude(state=Entry.State.RECORDED)
    return show(
        request, "regulations/records_of.html", project, tab="records", of=of, page=page, chosen=chosen, origins=FROM,
        rows=_rows(of, page.object_list), replaced=replaced,
    )  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A record as a list shows it: its first values in words, what it does not say, and where it comes from."""

    record: Record
    told: list[tuple[str, str]]
    silent: list[str]
    url: str
    is_entered: bool

    @property
    def origin(self) -> str:
        """Of what the project has it is read, in the words of the model."""
        return "entered" if self.is_entered else str(apps.get_model(self.record.source.kind)._meta.verbose_name)

    @property
    def name(self) -> str:
        """How an entry names the row it completes."""
        return f"{self.record.source.kind}/{self.record.source.id}"


def _rows(of: RecordType, found: Iterable[Record]) -> list[Row]:
    found = list(found)
    urls = places.places_of((each.source.kind, UUID(each.source.id)) for each in found)
    return [
        Row(
            each,
            [(of.by_key[key].label, of.told(key, value)) for key, value in _in_order(of, each)][:SHOWN],
            [field.label for field in of.fields if field.key not in each.fields],
            urls.get((each.source.kind, UUID(each.source.id)), ""),
            _is_entered(each),
        )
        for each in found
    ]


def _in_order(of: RecordType, each: Record) -> list[tuple[str, Any]]:
    return [(key, each.fields[key]) for key in of.by_key if key in each.fields]


def _is_entered(each: Record) -> bool:
    return each.source.kind == "regulations.entry"


def _origin(each: Record) -> str:
    return "entries" if _is_entered(each) else "rows"


def _line(of: RecordType, each: Record) -> list[str]:
    told = "; ".join(f"{of.by_key[key].label}: {of.told(key, value)}" for key, value in _in_order(of, each))
    return [each.source.label, each.source.kind, told]


def _labels(of: RecordType) -> list[str]:
    return [field.label for field in of.fields]


def _cell(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, list) else value


@require_safe
def entry(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    found = _entry(project, pk)
    of = _type(found.type)
    urls = places.places_of((each["kind"], UUID(each["id"])) for each in found.about)
    about = [(each["name"], urls.get((each["kind"], UUID(each["id"])), "")) for each in found.about]
    told = [
        (field.label, of.told(field.key, found.fields[field.key])) for field in of.fields if field.key in found.fields
    ]
    return show(
        request, "regulations/entry.html", project, tab="records", entry=found, of=of, about=about, told=told,
        newer=Entry.objects.filter(replaces=found).first(),
    )  # fmt: skip


def new(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    of, given, error = _type(kind), request.POST, None
    about = [text for text in (given or request.GET).getlist("about") if text]
    if request.method == "POST":
        try:
            require_text(given)
            draft = _draft(request, of, about)
            row = entries.record(project=project, kind=kind, draft=draft, by=request.actor)
            return done(request, f"“{row}” is recorded.", entry_page(project, row))
        except NotAllowed:
            raise
        except DomainError as refusal:
            error = refusal
    return _form(request, project, of, typed_fields.values(of, given), about, error)


def replace(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    old = _entry(project, pk)
    of, error = _type(old.type), None
    about = [f"{each['kind']}/{each['id']}" for each in old.about]
    values, given = old.fields, request.POST
    if request.method == "POST":
        about = [text for text in given.getlist("about") if text]
        values = typed_fields.values(of, given)
        try:
            require_text(given)
            row = entries.replace(
                entry=old, draft=_draft(request, of, about), reason=given.get("reason", ""),
                expected=version(given), by=request.actor,
            )  # fmt: skip
            return done(request, f"“{row}” is recorded in its place.", entry_page(project, row))
        except NotAllowed:
            raise
        except DomainError as refusal:
            error = refusal
    return _form(request, project, of, values, about, error, old)


@require_safe
def file(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """The file of an entry as it was stored; never shown inside the page's own origin."""
    project = access.project_for(request.actor, slug)
    blob = _entry(project, pk).blob
    if blob is None:
        raise NotFound("This entry has no file.")
    answer = HttpResponse(blobs.read(blob), content_type="application/octet-stream")
    ascii_name = blob.name.encode("ascii", "replace").decode().replace('"', "_")
    answer["Content-Disposition"] = f'attachment; filename="{ascii_name}"'
    return answer


def _draft(request: HttpRequest, of: RecordType, about: list[str]) -> entries.Draft:
    given = request.FILES.get("file")
    file = given and entries.File(
        given.name or "", given.content_type or "application/octet-stream", blobs.received(given)
    )
    values = {key: value for key, value in typed_fields.values(of, request.POST).items() if value}
    return entries.Draft(values, tuple(about), file)


def _form(
    request: HttpRequest, project: Project, of: RecordType, values: dict[str, Any], about: list[str],
    error: DomainError | None, replaces: Entry | None = None,
) -> HttpResponse:  # fmt: skip
    """The fields of the type, but for those that the rows it is about tell themselves."""
    errors = getattr(error, "errors", {})
    told = _told(project, of, about)
    rows = [row for row in typed_fields.rows(of, values, errors) if row["field"].key not in told]
    return show(
        request, "regulations/entry_form.html", project, tab="records", of=of, about=about, error=error, errors=errors,
        rows=rows, replaces=replaces, reason=request.POST.get("reason", ""), status=error.status if error else 200,
        told=[(of.by_key[key].label, of.told(key, value)) for key, value in told.items()],
    )  # fmt: skip


def _told(project: Project, of: RecordType, about: list[str]) -> dict[str, Any]:
    """What the rows say themselves, of the first that says it."""
    if not about:
        return {}
    found = collect(Present(project.pk), with_entries=False).of(of.id)
    told: dict[str, Any] = {}
    for each in found:
        if f"{each.source.kind}/{each.source.id}" in about:
            told = {**each.fields, **told}
    return told


def _type(name: str) -> RecordType:
    types = selectors.record_types_in_force()
    if name not in types:
        raise NotFound("No regulation in force speaks of such records.")
    return types[name]


def _entry(project: Project, pk: UUID) -> Entry:
    related = ("project", "blob", "replaces", "recorded_by", "withdrawn_by")
    found = Entry.objects.filter(project=project, pk=pk).select_related(*related).first()
    if found is None:
        raise NotFound("There is no such entry in this project.")
    return found
