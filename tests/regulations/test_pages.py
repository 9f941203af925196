"""Pages of regulations, for people who work without JavaScript too."""

from __future__ import annotations

import pytest
from django.test import Client

from projects.services import memberships, projects
from regulations.models import Classification
from regulations.services import classifications
from tests.cast import Cast
from tests.classified import HIRING, OUTSIDE, draft, reasoned, signed

pytestmark = pytest.mark.django_db
INTERVIEW = "/projects/churn/classification"


@pytest.fixture
def mara(cast: Cast) -> Client:
    return client_of(cast, "mara")


def client_of(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.actors[name].user)
    return client


def do(client: Client, name: str, row: object, **given: object) -> str:
    """The page one sees after the command."""
    answer = client.post(f"/projects/churn/do/{name}/{row.pk}", {"next": INTERVIEW, **given}, follow=True)
    return answer.content.decode()


def test_the_interview_leads_from_the_role_through_the_stages_to_a_signature(cast, mara):
    assert "What is this project under the EU AI Act?" in mara.get(INTERVIEW).content.decode()
    page = do(mara, "begin-classification", cast.project, regulation="eu-ai-act")
    assert "First: what is your part in it?" in page
    assert "Who owns the name on the system?" in page
    row = Classification.objects.get()
    page = do(mara, "set-classification-roles", row, roles="provider")
    assert 'name="value.ai-system"' in page
    assert "Art. 3(1)" in page
    assert 'name="value.eu-market"' not in page  # a later stage
    page = do(mara, "answer-classification", row, **{"value.ai-system": "true", "rest": "ai-system gpai-model"})
    row.refresh_from_db()
    assert row.answers == {"ai-system": True, "gpai-model": False}
    assert "Whether the Act reaches it" in page
    links = {f"value.{key}": "false" for key in OUTSIDE if key != "ai-system"}
    page = do(mara, "answer-classification", row, **links)
    assert "Outside the scope of the Act" in page
    assert "each needs its reason" in page
    reasons = {f"reason.{key}": "Sold in Japan alone." for key in OUTSIDE}
    page = do(mara, "answer-classification", row, **reasons)
    assert "a second person signs" in page
    page = do(client_of(cast, "sven"), "sign-classification", row, reasoning="Right.")
    assert "Signed. It holds from now on." in page
    assert "Begin again" in page


def test_answers_given_can_be_changed_stage_by_stage(cast, mara):
    row = draft(cast, HIRING)
    page = mara.get(f"{INTERVIEW}?stage=annex-iii").content.decode()
    assert 'name="value.a3-4a" value="true" checked' in page
    assert "Employment and access to self-employment" in page
    do(mara, "answer-classification", row, **{"value.a3-4a": "unknown", "reason.a3-4a": "Not settled."})
    page = mara.get(INTERVIEW).content.decode()
    assert "Undetermined" in page
    assert "nobody knows yet can still decide" in page


def test_numbers_and_choices_are_asked_too(cast, mara):
    draft(cast, HIRING | {"gpai-model": True})
    page = mara.get(f"{INTERVIEW}?stage=annex-i").content.decode()
    assert 'name="value.annex-i-section" value="none"' in page
    page = mara.get(f"{INTERVIEW}?stage=gpai").content.decode()
    assert "In floating-point operations" in page


def test_the_overview_says_what_holds_who_signed_and_what_comes_next(cast, mara):
    page = mara.get("/projects/churn/compliance").content.decode()
    assert "Not classified" in page
    signed(cast, HIRING)
    page = mara.get("/projects/churn/compliance").content.decode()
    assert "High-risk: Annex III use case" in page
    assert "Sven" in page
    assert "2027-12-02" in page
    projects.change(project=cast.project, by=cast.mara, purpose="Win customers.")
    page = mara.get("/projects/churn/compliance").content.decode()
    assert "To be made again" in page
    assert "The purpose of the project was changed." in page


def test_a_past_classification_is_a_record_of_its_own(cast, mara):
    signed(cast)
    signed(cast, HIRING)
    page = mara.get("/projects/churn/classifications").content.decode()
    assert "Superseded" in page
    page = mara.get("/projects/churn/classifications/1").content.decode()
    assert "Outside the scope of the Act" in page
    assert "Checked with counsel." in page
    assert mara.get("/projects/churn/classifications/9").status_code == 404


def test_an_onlooker_sees_the_questions_and_answers_none(cast):
    draft(cast, {})
    page = client_of(cast, "ursel").get(INTERVIEW).content.decode()
    assert "Who works in the project answers them" in page
    assert 'name="value.' not in page


def test_the_site_lists_regulations_and_what_each_asks(cast, mara):
    page = mara.get("/regulations").content.decode()
    assert "General Data Protection Regulation" in page
    assert "In force" in page
    everything = mara.get("/regulations/eu-ai-act/2026-07-27").content.decode()
    assert "Uncertain points" in everything
    mine = mara.get("/regulations/eu-ai-act/2026-07-27?role=importer&class=high-risk-annex-iii").content.decode()
    assert 'id="art-23-5"' in mine
    assert 'id="art-9-1"' not in mine
    assert mara.get("/regulations/eu-ai-act/1999").status_code == 404


def test_the_impact_names_visible_projects_and_an_administrator_decides_there(cast, mara):
    signed(cast, HIRING)
    url = "/regulations/eu-ai-act/2024-07-12/impact"
    page = mara.get(url).content.decode()
    assert "Churn" in page
    assert "Date moved" in page
    assert "2026-08-02" in page
    assert "Put 2024-07-12 into force" not in page
    assert mara.post(url, {"reason": "Why not."}).status_code == 403
    root = client_of(cast, "root")
    page = root.get(url).content.decode()
    assert "Churn" not in page
    assert "1 further project" in page
    assert root.post(url, {"reason": " "}).status_code == 422
    assert "2024-07-12 is in force" in root.post(url, {"reason": "A test."}, follow=True).content.decode()
    assert "It is in force already." in root.get(url).content.decode()


def test_impact_and_history_need_the_same_queries_however_many_there_are(cast, mara, django_assert_num_queries):
    url = "/regulations/eu-ai-act/2024-07-12/impact"
    signed(cast, HIRING)
    mara.get(url)
    with django_assert_num_queries(7):  # session, account, version, projects and theirs, in force, hidden
        mara.get(url)
    for number in range(3):
        classify_another(cast, number)
    with django_assert_num_queries(7):
        mara.get(url)


def classify_another(cast: Cast, number: int) -> None:
    project = projects.create(slug=f"p-{number}", name=f"P {number}", purpose="More.", by=cast.mara)
    memberships.set_roles(project=project, user=cast.sven.user, roles=["sponsor"], by=cast.mara)
    row = classifications.begin(project=project, regulation="eu-ai-act", by=cast.mara)
    row = classifications.set_roles(classification=row, roles=["provider"], by=cast.mara)
    row = classifications.answer(classification=row, answers=reasoned(HIRING), by=cast.mara)
    classifications.sign(classification=row, reasoning="Right.", by=cast.sven)
