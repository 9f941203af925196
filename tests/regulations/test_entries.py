"""Entries: recorded, replaced, withdrawn; they are records of their own, or complete what rows do not say."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.past import Past, Present
from audit.testing import guards_lifted
from crispmlq.errors import Invalid, NotAllowed, NotFound, Stale
from evidence.services import blobs
from monitoring.services import incidents
from projects.access import ProjectFrozen
from projects.models import Risk
from projects.services import holds, risks
from projects.states import IllegalMove
from regulations.models import Entry
from regulations.records import Record, Records
from regulations.services import entries
from regulations.sources import collect
from tests.cast import Cast, token_for

pytestmark = pytest.mark.django_db
TRAINING = {"audience": "Agents", "topic": "What the score means", "given_on": "2026-11-02"}


def recorded(cast: Cast, of: str = "training-record", *about: str, by: str = "mara", **fields: Any) -> Entry:
    draft = entries.Draft(fields or TRAINING, about)
    return entries.record(project=cast.project, kind=of, draft=draft, by=cast.actors[by])


def now(cast: Cast) -> Records:
    return collect(Present(cast.project.pk))


def a_risk(cast: Cast) -> Risk:
    return Risk.objects.filter(project=cast.project).first()


def of_row(found: Records, kind: str, row: Any) -> Record:
    return next(r for r in found.of(kind) if r.source.id == str(row.pk))


def last_act(cast: Cast) -> str:
    from audit.trail import Event

    return Event.objects.filter(log_id=cast.project.pk).latest("id").act


# ----- record -----


def test_an_entry_is_a_record_of_its_own(cast: Cast) -> None:
    entry = recorded(cast, by="pipeline")
    assert (entry.title, entry.by_machine, last_act(cast)) == ("Agents", True, "entry.recorded")
    record = now(cast).of("training-record")[0]
    assert record.fields == TRAINING
    assert (record.source.kind, record.source.label) == ("regulations.entry", "Agents")


def test_what_does_not_fit_its_type_is_refused_field_by_field(cast: Cast) -> None:
    for kind, fields, wrong in [
        ("ghost", {"text": "?"}, {"type"}),
        (
            "training-record",
            {"audience": "Agents", "topic": "T", "given_on": "soon", "mood": "good"},
            {"given_on", "mood"},
        ),
        ("training-record", {"audience": "Agents"}, {"topic"}),
        ("transparency-measure", {"kind": "billboard"}, {"kind"}),
    ]:
        with pytest.raises(Invalid) as refusal:
            recorded(cast, kind, **fields)
        assert set(refusal.value.errors) == wrong
    assert not Entry.objects.exists()


@pytest.mark.parametrize(("who", "refused"), [("otto", NotFound), ("ursel", NotAllowed), ("ada", NotAllowed)])
def test_who_does_not_work_in_the_project_records_nothing(cast: Cast, who: str, refused: type[Exception]) -> None:
    with pytest.raises(refused):
        recorded(cast, by=who)


def test_nothing_is_recorded_while_the_project_is_on_hold(cast: Cast) -> None:
    holds.hold(project=cast.project, reason="A strike.", condition="It ends.", by=cast.mara)
    with pytest.raises(ProjectFrozen):
        recorded(cast)


def test_nothing_stays_behind_if_the_event_can_not_be_stored(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Any) -> None:
        raise OSError

    entry = recorded(cast)
    monkeypatch.setattr("audit.acts.Act.store", broken)
    deeds = [
        lambda: recorded(cast),
        lambda: entries.replace(entry=entry, draft=entries.Draft(TRAINING), reason="Newer.", by=cast.mara),
        lambda: entries.withdraw(entry=entry, reason="Wrong.", by=cast.mara),
    ]
    for deed in deeds:
        with pytest.raises(OSError):
            deed()
    assert [each.state for each in Entry.objects.all()] == ["recorded"]


def test_a_file_is_kept_with_its_hash(cast: Cast) -> None:
    file = entries.File("dpia.pdf", "application/pdf", b"%PDF")
    draft = entries.Draft({"kind": "data-protection"}, file=file)
    entry = entries.record(project=cast.project, kind="impact-assessment", draft=draft, by=cast.mara)
    assert blobs.read(entry.blob) == b"%PDF"
    assert [(to.label, to.sha256) for to in now(cast).of("impact-assessment")[0].points_to] == [
        ("dpia.pdf", entry.blob.sha256)
    ]


# ----- about rows -----


def test_an_entry_completes_the_record_of_a_row_and_never_overrules_it(cast: Cast) -> None:
    risk = a_risk(cast)
    name = f"projects.risk/{risk.pk}"
    with pytest.raises(Invalid) as refusal:
        recorded(cast, "risk", name, description="Harmless.")
    assert set(refusal.value.errors) == {"description"}
    entry = recorded(cast, "risk", name, affected_interest="Health", severity="low")
    risks.rate(risk=risk, severity="high", likelihood="likely", reason="Seen.", by=cast.dora)
    found = now(cast)
    record = of_row(found, "risk", risk)
    assert (record.fields["affected_interest"], record.fields["severity"]) == ("Health", "high")
    assert record.source.kind == "projects.risk"
    assert str(entry.pk) in {to.id for to in record.points_to}
    assert not [r for r in found.of("risk") if r.source.kind == "regulations.entry"]


def test_one_entry_completes_many_rows_and_the_newest_says_it(cast: Cast) -> None:
    both = [f"projects.risk/{risk.pk}" for risk in Risk.objects.filter(project=cast.project)[:2]]
    first = recorded(cast, "risk", *both, affected_interest="None: of the process.", affected_groups="Nobody")
    recorded(cast, "risk", both[0], affected_interest="Health")
    told = [of_row(now(cast), "risk", risk).fields for risk in Risk.objects.filter(project=cast.project)[:2]]
    assert [each["affected_interest"] for each in told] == ["Health", "None: of the process."]
    assert [each["affected_groups"] for each in told] == ["Nobody", "Nobody"]
    assert first.title.endswith("and 1 more")


def test_an_entry_about_another_kind_of_row_is_linked_to_it(cast: Cast) -> None:
    incident = incidents.open_one(project=cast.project, title="Fell", kind="performance", severity="high", by=cast.enzo)
    name = f"monitoring.incident/{incident.pk}"
    recorded(cast, "notification", name, recipient="Authority", sent_at="2026-11-20")
    assert [to.id for to in now(cast).of("notification")[0].points_to] == [str(incident.pk)]


def test_whether_an_incident_is_serious_follows_from_what_a_person_says_of_its_kind(cast: Cast) -> None:
    incident = incidents.open_one(project=cast.project, title="Fell", kind="performance", severity="high", by=cast.enzo)
    assert "serious" not in now(cast).of("incident")[0].fields
    entry = recorded(cast, "incident", f"monitoring.incident/{incident.pk}", kind="malfunction")
    assert now(cast).of("incident")[0].fields["serious"] == "no"
    draft = entries.Draft({"kind": "serious-harm-health"}, (f"monitoring.incident/{incident.pk}",))
    entries.replace(entry=entry, draft=draft, reason="A report came in.", by=cast.mara)
    assert [r.fields["serious"] for r in now(cast).of("incident")] == ["yes"]


@pytest.mark.parametrize(
    "name", ["projects.risk/x", "ghost.row/01a2139d-7bfc-7f0d-8a79-b83c28e67111", "accounts.user/x"]
)
def test_rows_that_are_not_of_the_project_are_refused(cast: Cast, name: str) -> None:
    with pytest.raises(Invalid, match="Not a row of the project"):
        recorded(cast, "risk", name, affected_interest="Health")


# ----- replace, withdraw -----


def test_a_newer_entry_takes_its_place_and_the_file_stays(cast: Cast) -> None:
    draft = entries.Draft(TRAINING, file=entries.File("list.csv", "text/csv", b"a,b"))
    old = entries.record(project=cast.project, kind="training-record", draft=draft, by=cast.mara)
    before = timezone.now()
    newer = entries.Draft(TRAINING | {"attendance": "12"})
    new = entries.replace(entry=old, draft=newer, reason="Counted again.", by=cast.dana)
    old.refresh_from_db()
    assert (old.state, new.replaces_id, new.blob_id) == ("replaced", old.pk, old.blob_id)
    assert old.fields == TRAINING
    assert [r.fields.get("attendance") for r in now(cast).of("training-record")] == ["12"]
    then = collect(Past(cast.project.pk, before))
    assert [r.fields.get("attendance") for r in then.of("training-record")] == [None]
    with pytest.raises(IllegalMove):
        entries.replace(entry=old, draft=newer, reason="Again.", by=cast.dana)


def test_a_withdrawn_entry_does_not_count_and_says_why(cast: Cast) -> None:
    entry = recorded(cast)
    with pytest.raises(Invalid):
        entries.withdraw(entry=entry, reason=" ", by=cast.mara)
    with pytest.raises(Stale):
        entries.withdraw(entry=entry, reason="It never took place.", by=cast.mara, expected=7)
    withdrawn = entries.withdraw(entry=entry, reason="It never took place.", by=cast.dana)
    assert (withdrawn.state, withdrawn.withdrawal_reason, last_act(cast)) == (
        "withdrawn", "It never took place.", "entry.withdrawn",
    )  # fmt: skip
    assert now(cast).of("training-record") == ()
    with pytest.raises(IllegalMove):
        entries.withdraw(entry=entry, reason="Again.", by=cast.mara)


def test_the_database_refuses_a_withdrawal_without_reason(cast: Cast) -> None:
    entry = recorded(cast)
    with guards_lifted(connection), pytest.raises(IntegrityError), transaction.atomic():
        connection.cursor().execute("UPDATE regulations_entry SET state = 'withdrawn' WHERE id IS NOT NULL")
    entry.refresh_from_db()
    assert entry.state == "recorded"


def test_entries_cost_one_query_however_many(cast: Cast) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            now(cast)
        return len(queries)

    recorded(cast)
    before = cost()
    for _ in range(4):
        recorded(cast)
    assert cost() == before


# ----- pages -----


@pytest.fixture
def mara(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.mara.user)
    return client


def test_a_person_records_replaces_and_withdraws_on_pages(cast: Cast, mara: Client) -> None:
    at = "/projects/churn/records/"
    wrong = mara.post(f"{at}new/training-record", {"audience": "Agents"})
    assert wrong.status_code == 422
    assert "This is needed." in wrong.text
    file = SimpleUploadedFile("list.csv", b"a,b", "text/csv")
    assert mara.post(f"{at}new/training-record", {**TRAINING, "file": file}).status_code == 302
    entry = Entry.objects.get()
    page = mara.get(f"{at}entries/{entry.pk}")
    assert "What the score means" in page.text
    assert mara.get(f"{at}entries/{entry.pk}/file").content == b"a,b"
    assert "Agents" in mara.get(f"{at}of/training-record").text
    form = {**TRAINING, "attendance": "12", "reason": "Counted.", "version": entry.audit_ver}
    assert mara.post(f"{at}entries/{entry.pk}/replace", form).status_code == 302
    newer = Entry.objects.get(state="recorded")
    mara.post(f"/projects/churn/do/withdraw-entry/{newer.pk}", {"reason": "It never took place."})
    assert [e.state for e in Entry.objects.all()] == ["replaced", "withdrawn"]
    assert "Replaced or withdrawn" in mara.get(f"{at}of/training-record").text


def test_a_form_about_a_row_asks_only_what_the_row_does_not_say(cast: Cast, mara: Client) -> None:
    name = f"projects.risk/{a_risk(cast).pk}"
    listed = mara.get("/projects/churn/records/of/risk").text
    assert f"/projects/churn/records/new/risk?about={name}" in listed
    page = mara.get(f"/projects/churn/records/new/risk?about={name}").text
    assert "What the row itself says" in page
    assert 'id="f-affected_interest"' in page
    assert 'id="f-description"' not in page
    answer = mara.post("/projects/churn/records/new/risk", {"about": name, "affected_interest": "Health"})
    assert answer.status_code == 302


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
def test_records_are_taken_away_as_files(cast: Cast, mara: Client, form: str) -> None:
    recorded(cast)
    for page in ("records", "records/of/training-record"):
        answer = mara.get(f"/projects/churn/{page}?format={form}")
        assert answer.status_code == 200
        assert "attachment" in answer["Content-Disposition"]
    assert form == "xlsx" or b"Agents" in answer.content


def test_a_list_shows_what_comes_from_where(cast: Cast, mara: Client) -> None:
    recorded(cast, "risk", description="Entered by hand.")
    entered = mara.get("/projects/churn/records/of/risk?from=entries").text
    assert "Entered by hand." in entered
    assert "1 record<" in entered
    assert "Entered by hand." not in mara.get("/projects/churn/records/of/risk?from=rows").text


# ----- API -----


def test_a_program_reads_records_by_type_and_as_they_were(cast: Cast, api: Any) -> None:
    before = timezone.now().isoformat()
    recorded(cast)
    at = "compliance-records"
    assert api("pipeline", "get", at, {"type": "training-record"}).json()["results"][0]["fields"] == TRAINING
    assert api("pipeline", "get", at, {"type": "training-record", "as_of": before}).json()["count"] == 0
    assert api("pipeline", "get", at).json()["count"] > 100
    assert api("pipeline", "get", at, {"type": "ghost"}).status_code == 404
    assert "dataset" in {each["id"] for each in api("pipeline", "get", "compliance-record-types").json()}


def test_a_token_that_may_only_read_reads_and_records_nothing(cast: Cast) -> None:
    client = Client(HTTP_AUTHORIZATION=f"Bearer {token_for('pipeline', cast.project, scope='read')}")
    at = "/api/v1/projects/churn/"
    assert client.get(f"{at}compliance-records?type=risk").status_code == 200
    body = {"type": "training-record", "fields": TRAINING}
    answer = client.post(f"{at}compliance-entries", body, content_type="application/json")
    assert answer.status_code == 403


def test_a_program_records_replaces_and_withdraws(cast: Cast, api: Any) -> None:
    made = api("pipeline", "post", "compliance-entries", {"type": "training-record", "fields": TRAINING})
    assert made.status_code == 201, made.content
    key = made.json()["id"]
    body = {"fields": TRAINING | {"attendance": "12"}, "reason": "Counted."}
    newer = api("pipeline", "post", f"compliance-entries/{key}/replace", body)
    assert (newer.status_code, newer.json()["replaces"]) == (201, key)
    gone = api("pipeline", "post", f"compliance-entries/{newer.json()['id']}/withdraw", {"reason": "It never was."})
    assert gone.json()["state"] == "withdrawn"
    wrong = api("pipeline", "post", "compliance-entries", {"type": "training-record", "fields": {"mood": "good"}})
    assert (wrong.status_code, set(wrong.json()["errors"])) == (422, {"mood"})


def test_a_file_comes_beside_the_entry_in_parts(cast: Cast) -> None:
    client = Client(HTTP_AUTHORIZATION=f"Bearer {token_for('pipeline', cast.project)}")
    parts = {
        "entry": '{"type": "impact-assessment", "fields": {"kind": "fundamental-rights"}}',
        "file": SimpleUploadedFile("fria.pdf", b"%PDF", "application/pdf"),
    }
    answer = client.post("/api/v1/projects/churn/compliance-entries", parts)
    assert answer.status_code == 201, answer.content
    assert answer.json()["file"]["name"] == "fria.pdf"
