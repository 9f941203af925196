"""Incidents: explained before they are closed, measured in time, handed up when they take too long."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crispmlq.errors import Conflict, Invalid
from monitoring import plans, status
from monitoring.models import Incident, Observation
from monitoring.services import incidents, operation, readings, signals, watching
from monitoring.services.incidents import NotExplained
from notices.models import Notice
from projects.models import Project
from projects.services import memberships, projects
from projects.states import IllegalMove
from releases.services import releasing
from tests import artefacts
from tests.cast import Cast
from tests.monitoring import made
from tests.released import pass_gate, plan, released, released_material


def opened(cast: Cast, severity: str = "high", **parts: Any) -> Incident:
    usual = {"title": "Recall fell", "kind": "performance"}
    return incidents.open_one(project=cast.project, severity=severity, by=cast.enzo, **{**usual, **parts})


def resolved(cast: Cast, severity: str = "high", cause: str = "feature_code") -> Incident:
    incident = incidents.acknowledge(incident=opened(cast, severity), by=cast.enzo)
    incident = incidents.explain(incident=incident, cause=cause, root_cause="A unit was mixed up.", by=cast.enzo)
    return incidents.resolve(incident=incident, course_of_action="Mended.", downtime_minutes=30, by=cast.enzo)


def test_it_can_not_be_closed_without_root_cause_and_course_of_action(cast: Cast) -> None:
    incident = opened(cast)
    with pytest.raises(NotExplained) as refusal:
        incidents.close(incident=incident, prevention="A test.", affected_persons="None.", by=cast.enzo)
    assert refusal.value.data["lacking"] == ["root_cause", "cause", "course_of_action"]
    assert Incident.objects.get().state == "open"


def test_a_severe_one_needs_prevention_and_a_statement_on_persons(cast: Cast) -> None:
    incident = resolved(cast)
    for form in ({}, {"prevention": "A test."}, {"affected_persons": "None."}):
        with pytest.raises(NotExplained):
            incidents.close(incident=incident, by=cast.enzo, **form)
    closed = incidents.close(incident=incident, prevention="A test.", affected_persons="Two clients.", by=cast.enzo)
    assert (closed.state, closed.affected_persons) == ("closed", "Two clients.")


def test_a_mild_one_needs_no_statement_on_persons(cast: Cast) -> None:
    assert incidents.close(incident=resolved(cast, "low"), prevention="A test.", by=cast.enzo).state == "closed"


def test_no_step_is_left_out(cast: Cast) -> None:
    incident = opened(cast)
    with pytest.raises(IllegalMove):
        incidents.resolve(incident=incident, course_of_action="Mended.", by=cast.enzo)
    with pytest.raises(IllegalMove):
        incidents.explain(incident=incident, cause="noise", root_cause="Labels.", by=cast.enzo)


def test_data_drift_and_concept_drift_are_told_apart_and_the_latter_needs_labels(cast: Cast) -> None:
    made.drafted(cast, "psi", group="data", metric="PSI")
    made.drafted(cast, "recall-live", is_labelled=True)
    assert opened(cast, kind="data_drift").kind == "data_drift"
    for details in ({}, {"labelled_signal": "psi"}):
        with pytest.raises(Invalid) as refusal:
            opened(cast, kind="concept_drift", details=details)
        assert "labelled_signal" in refusal.value.errors
    assert opened(cast, kind="concept_drift", details={"labelled_signal": "recall-live"}).kind == "concept_drift"


def test_causes_name_what_is_known_to_go_wrong() -> None:
    known = set(Incident.Cause.values)
    assert {"wrong_source", "lost_access", "bad_query", "infrastructure_update", "feature_code"} <= known
    assert {"feedback", "population", "shock", "noise", "cycle", "gaming"} <= known


def test_targets_follow_from_severity_and_from_whether_the_model_decides(cast: Cast) -> None:
    first = opened(cast)
    assert first.resolve_by - first.detected_at == timedelta(hours=72)
    operation.set_terms(project=cast.project, terms={"use": "decides", "ground_truth": "immediate"}, by=cast.enzo)
    second = opened(cast)
    assert second.resolve_by - second.detected_at == timedelta(hours=24)
    assert opened(cast, "critical").resolve_by < second.resolve_by


def test_an_overdue_one_is_handed_up_role_by_role(cast: Cast) -> None:
    incident = opened(cast)
    now = timezone.now()
    assert watching.watch(now + timedelta(hours=7))["escalated"] == 0
    for hours, told in ((9, "olga"), (17, "mara"), (25, "sven")):
        before = Notice.objects.filter(to=cast.actors[told].user, text__contains="overdue").count()
        assert watching.watch(now + timedelta(hours=hours))["escalated"] == 1
        assert Notice.objects.filter(to=cast.actors[told].user, text__contains="overdue").count() == before + 1
    assert watching.watch(now + timedelta(hours=90))["escalated"] == 0
    assert Incident.objects.get(pk=incident.pk).escalation == len(plans.ESCALATION)


def test_a_breach_of_the_targets_is_seen_in_the_review(cast: Cast) -> None:
    opened(cast)
    later = timezone.now() + timedelta(hours=80)
    assert any("missed its target" in sentence for sentence in status.findings(cast.project, later))
    assert status.findings(cast.project, timezone.now()) == []


def test_times_downtime_and_causes_are_summed_up_also_of_earlier_phases(cast: Cast) -> None:
    incident = resolved(cast)
    opened(cast, "low", started_at=timezone.now() - timedelta(hours=2), details={"found_in_phase": 3})
    figures = status.figures(cast.project)
    assert (figures["incidents"], figures["open"], figures["downtime_minutes"]) == (2, 1, 30)
    assert figures["minutes_to_detect"] == 60
    assert figures["by_cause"] == {"Feature code": 1, "Not known yet": 1}
    assert figures["minutes_to_resolve_by_severity"] == {"high": 0}
    assert status.figures(cast.project, since=timezone.now() + timedelta(hours=1))["incidents"] == 0
    assert incident.time_to_resolve is not None


def test_effects_and_loss_are_added_until_it_is_closed(cast: Cast) -> None:
    incident = resolved(cast, "low")
    details = {
        "loss_estimate": Decimal("1200"), "loss_unit": "EUR", "affected_decisions": "12 offers",
        "affected_systems": "Desk",
    }  # fmt: skip
    incident = incidents.add(incident=incident, details=details, by=cast.dana)
    assert incident.loss_estimate == 1200
    with pytest.raises(Invalid):
        incidents.add(incident=incident, details={"downtime_minutes": -1}, by=cast.dana)
    incident = incidents.close(incident=incident, prevention="A test.", by=cast.enzo)
    with pytest.raises(Conflict):
        incidents.add(incident=incident, details={"affected_systems": "Other"}, by=cast.dana)


def test_versions_in_force_at_its_start_are_filled_in(cast: Cast) -> None:
    released_material(cast)
    released(cast, "model@1")
    before = timezone.now()
    released(cast, "model@2")
    assert opened(cast, started_at=before).versions["model"] == ["model@1"]
    now = opened(cast).versions
    assert (now["model"], now["data"], now["code"]) == (["model@2"], ["train@1"], ["pipe@1", "trainer@1"])
    assert now["configuration"] == ["conf@1"]


def test_a_grave_incident_stops_the_step_that_is_being_rolled_out(cast: Cast) -> None:
    released_material(cast)
    for gate in (4, 5):
        pass_gate(cast, gate, "model@1")
    release = plan(cast)
    releasing.begin(increment=release.increments.first(), by=cast.enzo)
    rule = made.BELOW | {"reaction": "incident", "severity": "high"}
    made.deliver(cast, made.active(cast, rules=[rule]), "0.1")
    release.refresh_from_db()
    assert release.state == "stopped"
    assert "The roll-out was stopped: release 1 of model@1." in Incident.objects.get().description


def test_a_release_opens_a_close_watch_over_what_it_serves(cast: Cast) -> None:
    released_material(cast)
    released(cast, "model@1")
    assert [each.served for each in Observation.objects.filter(project=cast.project)] == ["model@1"]


def test_features_that_moved_in_the_window_are_listed(cast: Cast, api: Any) -> None:
    for key, value in (("age", "80"), ("income", "10")):
        signal = made.drafted(cast, key, group="data", feature=key)
        rows = [made.reading("10.1" if n % 2 else "9.9", timedelta(hours=6 + n)) for n in range(40)]
        rows.append(made.reading(value, timedelta(minutes=30)))
        readings.deliver(signal=signal, readings=rows, by=cast.pipeline)
    incident = opened(cast, started_at=timezone.now() - timedelta(hours=2))
    moved = api("mara", "get", f"incidents/{incident.number}/analysis").json()["moved"]
    assert [each["feature"] for each in moved] == ["age"]
    client = Client()
    client.force_login(cast.mara.user)
    assert b"Features that moved" in client.get(f"/projects/churn/monitoring/incidents/{incident.number}").content


def test_recent_changes_of_data_code_and_systems_are_in_one_view(cast: Cast, api: Any) -> None:
    artefacts.version(cast, "dataset", "clients@1")
    artefacts.version(cast, "code", "train@1")
    signal = made.active(cast)
    operation.record_update(
        project=cast.project, title="Kernel", what="6.12", happened_at=timezone.now(), signals=[signal.key],
        by=cast.enzo,
    )  # fmt: skip
    incident = opened(cast)
    changes = api("mara", "get", f"incidents/{incident.number}/analysis").json()["recent_changes"]
    assert {"Data", "Code", "System", "Monitoring"} <= {change["what"] for change in changes}
    made.deliver(cast, signal, "0.5")
    alarm = api("mara", "get", "alarms").json()["results"][0]["id"]
    assert len(api("mara", "get", f"alarms/{alarm}/recent-changes").json()) >= 4


def below(cast: Cast) -> Project:
    """Another project with a model made from a model of *churn*."""
    other = projects.create(slug="offers", name="Offers", purpose="Make offers.", by=cast.mara)
    memberships.set_roles(project=other, user=cast.milo.user, roles=["model-owner"], by=cast.mara)
    projects.start(project=other, by=cast.mara)
    chain = ((cast.project, "churn-model@1", []), (other, "offer-model@1", ["churn/churn-model@1"]))
    for project, model, above in chain:
        data = artefacts.version(cast, "dataset", "rows@1", project=project, owner="mara")
        code = artefacts.version(cast, "code", "train@1", project=project, owner="mara")
        artefacts.version(cast, "model", model, data.ref, code.ref, *above, project=project, owner="mara")
    return other


def test_models_downstream_are_told_and_cleared(cast: Cast, api: Any) -> None:
    below(cast)
    assert api("mara", "get", "/api/v1/projects/offers/monitoring").json()["upstream_incidents"] == []
    incident = opened(cast)
    found = api("mara", "get", "/api/v1/projects/offers/monitoring").json()["upstream_incidents"]
    assert [(each["project"], each["severity"]) for each in found] == [("Churn", "high")]
    assert Notice.objects.filter(to=cast.milo.user, text__contains="incident upstream of your model began").exists()
    client = Client()
    client.force_login(cast.milo.user)
    assert b"Upstream incident" in client.get("/projects/offers/monitoring").content
    incident = incidents.acknowledge(incident=incident, by=cast.enzo)
    incident = incidents.explain(incident=incident, cause="model", root_cause="It.", by=cast.enzo)
    incidents.resolve(incident=incident, course_of_action="Rolled back.", by=cast.enzo)
    assert api("mara", "get", "/api/v1/projects/offers/monitoring").json()["upstream_incidents"] == []
    assert Notice.objects.filter(to=cast.milo.user, text__contains="is over").exists()


def test_who_may_not_see_the_project_above_is_told_no_name(cast: Cast) -> None:
    other = below(cast)
    memberships.set_roles(project=other, user=cast.otto.user, roles=["data-scientist"], by=cast.mara)
    opened(cast)
    client = Client()
    client.force_login(cast.otto.user)
    page = client.get("/projects/offers/monitoring").content.decode()
    assert "a project you may not see" in page
    assert "Churn" not in page


def test_an_alarm_of_the_label_source_marks_what_used_it(cast: Cast, api: Any) -> None:
    artefacts.version(cast, "data-source", "labels@1")
    artefacts.version(cast, "dataset", "test-set@1", "labels@1")
    signal = made.drafted(cast, "label-noise", group="data", owner="olga")
    signals.change(signal=signal, settings={"watches": "labels"}, by=cast.enzo)
    signal = signals.activate(signal=type(signal).objects.get(pk=signal.pk), by=cast.enzo)
    made.deliver(cast, signal, "0.5")
    alarm = api("mara", "get", "alarms").json()["results"][0]["id"]
    marked = api("mara", "get", f"alarms/{alarm}/marked").json()
    assert [each["ref"] for each in marked] == ["test-set@1"]
    client = Client()
    client.force_login(cast.mara.user)
    assert b"test-set@1" in client.get(f"/projects/churn/monitoring/alarms/{alarm}").content
    made.deliver(cast, signal, "0.95")
    assert api("mara", "get", f"alarms/{alarm}/marked").json() == []


def test_a_switch_names_an_incident_of_its_own_project_or_none(api: Any, cast: Cast) -> None:
    released_material(cast)
    released(cast)
    other = projects.create(slug="other", name="Other", purpose="P", kind="full", by=cast.otto)
    theirs = incidents.open_one(project=other, title="T", kind="performance", severity="low", by=cast.otto)
    body = {"fallback": "baseline", "reason": "Errors."}
    refused = api("enzo", "post", "served/fallback", {**body, "incident": str(theirs.pk)})
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["incident"])
    assert api("enzo", "get", "served").json()[0]["kind"] == "release"
    ours = incidents.open_one(project=cast.project, title="T", kind="performance", severity="low", by=cast.enzo)
    taken = api("enzo", "post", "served/fallback", {**body, "incident": str(ours.pk)})
    assert (taken.status_code, taken.json()["incident"]) == (201, str(ours.pk))
