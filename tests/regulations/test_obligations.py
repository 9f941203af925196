"""Reviewers confirm obligations, members see to them; the page and the API show how a project stands."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from audit.trail import Change
from crispmlq.errors import Invalid, NotAllowed, NotFound
from projects.services import memberships
from regulations import covering
from regulations.models import Confirmation, Responsibility
from regulations.services import obligations
from tests import classified
from tests.cast import Cast
from ui.templatetags.ui import badge

ACT = classified.ACT
STATED = "art-4a-1-d"  # no record can show it
BIASED = classified.HIRING | {"special-data-for-bias": True}


@pytest.fixture
def hiring(cast: Cast) -> Cast:
    """A recruitment system of its provider, classified and signed."""
    classified.signed(cast, BIASED)
    return cast


def confirm(cast: Cast, obligation: str = STATED, verdict: str = "met", **given: object) -> Confirmation:
    by = given.pop("by", cast.sven)
    return obligations.confirm(
        project=cast.project, regulation=ACT, obligation=obligation, verdict=verdict,
        reason=str(given.pop("reason", "No party but us reaches the store.")), by=by, **given,
    )  # fmt: skip


def assign(cast: Cast, *keys: str, owner: str = "dana", **given: object) -> list[Responsibility]:
    given = {"by": cast.mara} | given
    return obligations.assign(project=cast.project, regulation=ACT, keys=list(keys), owner=owner, **given)


def status(cast: Cast, obligation: str = STATED) -> str:
    return covering.of_project(cast.project, ACT).by_id[obligation].status


def test_what_no_record_can_show_is_met_once_a_reviewer_says_so(hiring):
    assert status(hiring) == "open"
    row = confirm(hiring)
    assert (status(hiring), row.role) == ("met", "sponsor")
    assert Change.objects.filter(obj_id=row.pk).values_list("event__act", flat=True).get() == "obligation.confirmed"


def test_the_newest_word_counts(hiring):
    confirm(hiring)
    confirm(hiring, verdict="partly", reason="A supplier could.")
    assert status(hiring) == "partly"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"verdict": "perfect"}, "Choose how it stands"),
        ({"reason": " "}, "Say why the evidence is enough"),
        ({"obligation": "art-26-1"}, "It does not apply. It binds deployer"),
        ({"obligation": "art-50-1"}, "once it is known that it applies. Whether it applies is not answered yet"),
        ({"obligation": "art-19-1"}, "The records alone settle this"),
        ({"obligation": "art-9-1"}, "can not be met while records are missing"),
    ],
)
def test_a_word_that_can_not_count_is_refused(hiring, given, says):
    with pytest.raises(Invalid, match=says):
        confirm(hiring, **given)
    assert not Confirmation.objects.exists()


def test_an_obligation_that_does_not_exist_is_not_found(hiring):
    with pytest.raises(NotFound, match="no obligation “art-999”"):
        confirm(hiring, "art-999")


def test_records_that_changed_since_they_were_read_are_looked_at_again(hiring):
    with pytest.raises(obligations.EvidenceChanged):
        confirm(hiring, evidence="0" * 64)
    seen = covering.of_project(hiring.project, ACT).by_id[STATED].evidence.digest
    assert confirm(hiring, evidence=seen).evidence == seen


def test_who_sees_to_an_obligation_does_not_confirm_it(hiring):
    assign(hiring, STATED, owner="sven")
    with pytest.raises(NotAllowed, match="somebody else confirms it"):
        confirm(hiring)


@pytest.mark.parametrize("who", ["dana", "mara", "pipeline"])
def test_only_reviewers_confirm(hiring, who):
    with pytest.raises(NotAllowed):
        confirm(hiring, by=hiring.actors[who])


def test_several_obligations_are_given_into_one_hand_in_one_act(hiring):
    rows = assign(hiring, "art-9-1", "art-10-1", due_on=date(2027, 3, 1))
    acts = set(Change.objects.filter(obj_id__in=[row.pk for row in rows]).values_list("event__uid", flat=True))
    assert len(acts) == 1
    assigned = covering.of_project(hiring.project, ACT).by_id["art-9-1"].assigned
    assert (assigned.owner, assigned.due_on) == ("Dana", date(2027, 3, 1))


def test_who_takes_over_relieves_the_one_before(hiring):
    assign(hiring, "art-9-1")
    assign(hiring, "art-9-1", owner="enzo")
    assert [str(row.owner) for row in Responsibility.objects.all()] == ["Enzo"]


@pytest.mark.parametrize(
    ("keys", "owner", "says"),
    [
        ([], "dana", "none was chosen"),
        (["art-9-1", "art-999"], "dana", "art-999"),
        (["art-9-1"], "otto", "Choose a member"),
    ],
)
def test_an_assignment_that_leads_nowhere_is_refused(hiring, keys, owner, says):
    with pytest.raises(Invalid, match=says):
        assign(hiring, *keys, owner=owner)
    assert not Responsibility.objects.exists()


def test_only_who_manages_the_project_assigns(hiring):
    with pytest.raises(NotAllowed):
        assign(hiring, "art-9-1", by=hiring.dana)


def test_without_a_classification_there_is_nothing_to_cover(cast):
    with pytest.raises(covering.NotClassified):
        covering.of_project(cast.project, ACT)


def test_a_framework_followed_by_choice_needs_no_classification(cast):
    found = covering.of_project(cast.project, "iso-42001")
    assert len(found.applicable) == 38


def test_a_draft_gives_a_provisional_picture(cast):
    classified.draft(cast, classified.HIRING)
    assert not covering.of_project(cast.project, ACT).is_signed


def test_the_past_is_covered_as_it_was(hiring, api):
    before = timezone.now()
    confirm(hiring)
    now = api("mara", "get", f"coverage/{ACT}/summary").json()
    then = api("mara", "get", f"coverage/{ACT}/summary", {"as_of": before.isoformat()}).json()
    assert then["counts"]["met"] == now["counts"]["met"] - 1


def test_the_api_lists_every_obligation_and_takes_a_word(hiring, api):
    answer = api("sven", "post", "obligation-confirmations", {
        "regulation": ACT, "obligation": STATED, "verdict": "met", "reason": "Looked at the store.",
    })  # fmt: skip
    assert answer.status_code == 201
    rows = api("mara", "get", f"coverage/{ACT}", {"status": "met"}).json()["results"]
    assert STATED in {row["obligation"] for row in rows}
    assert rows[0]["confirmed_by"] == "Sven"
    assert api("mara", "get", f"coverage/{ACT}", {"format": "csv"}).status_code == 200
    assigned = api("mara", "post", "obligation-assignments", {"regulation": ACT, "keys": ["art-9-1"], "owner": "dana"})
    assert assigned.json()[0]["owner"] == "dana"


def test_the_page_narrows_and_opens_to_one_obligation(hiring, client):
    client.force_login(hiring.mara.user)
    page = client.get(f"/projects/churn/coverage/{ACT}", {"group": "og-hr-requirements"}).content.decode()
    assert "Art. 9(1)" in page
    assert "Art. 50(1)" not in page
    one = client.get(f"/projects/churn/coverage/{ACT}/art-9-1").content.decode()
    assert "none is recorded" in one
    assert "NIST AI Risk Management Framework" in one
    assert client.get(f"/projects/churn/coverage/{ACT}/art-999").status_code == 404


def test_the_page_tells_how_each_group_stands_in_words_beside_its_bar(hiring, client):
    client.force_login(hiring.mara.user)
    page = client.get(f"/projects/churn/coverage/{ACT}")
    group = next(each for each in page.context["groups"] if each.key == "og-hr-requirements")
    of_group = [each for each in page.context["found"].applicable if each.obligation.group == group.key]
    assert sum(count for _, _, count in group.counts) == len(of_group)
    assert f'<span class="faint">{group.told}</span>' in page.content.decode()


def test_what_is_open_does_not_look_like_a_phase_that_is_open(hiring, client):
    client.force_login(hiring.mara.user)
    page = client.get(f"/projects/churn/coverage/{ACT}").content.decode()
    assert badge("not_met", "Open") in page
    assert badge("open", "Open") not in page


def test_an_obligation_says_whom_the_law_binds(hiring, client):
    client.force_login(hiring.mara.user)
    page = client.get(f"/projects/churn/coverage/{ACT}/art-9-1").content.decode()
    assert "<dt>Binds</dt><dd>Provider</dd>" in page


def test_a_page_without_classification_says_what_comes_first(cast, client):
    client.force_login(cast.mara.user)
    assert b"Not classified yet" in client.get(f"/projects/churn/coverage/{ACT}").content


def test_forms_confirm_and_assign(hiring, client):
    client.force_login(hiring.sven.user)
    said = {"regulation": ACT, "obligation": STATED, "verdict": "met", "reason": "Looked.", "evidence": ""}
    client.post(f"/projects/churn/do/confirm-obligation/{hiring.project.pk}", said)
    client.force_login(hiring.mara.user)
    given = {"regulation": ACT, "keys": ["art-9-1"], "owner": "dana", "due_on": ""}
    client.post(f"/projects/churn/do/assign-obligations/{hiring.project.pk}", given)
    assert (Confirmation.objects.count(), Responsibility.objects.count()) == (1, 1)


def test_a_reviewer_for_the_law_speaks_as_such(hiring):
    memberships.set_roles(
        project=hiring.project, user=hiring.dora.user, roles=["domain-expert", "legal-reviewer"], by=hiring.mara
    )
    assert confirm(hiring, by=hiring.dora).role == "legal-reviewer"


def test_the_page_narrows_to_what_one_person_sees_to(hiring, client):
    assign(hiring, "art-9-1")
    client.force_login(hiring.mara.user)
    page = client.get(f"/projects/churn/coverage/{ACT}", {"owner": str(hiring.dana.user.pk)}).content.decode()
    assert "Art. 9(1)" in page
    assert "Art. 10(2)" not in page
