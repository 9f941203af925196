"""What the answers at creation ask of a project: warnings, a plan, a proof of concept."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from audit import act
from catalogue.definitions import of
from tests import reported, walk
from tests.cast import Cast
from tests.pages import PAGES

WARNING = "not made for safety-critical systems"


def answer(cast: Cast, **answers: str) -> None:
    wanted = {**cast.project.answers, **{key.replace("_", "-"): value for key, value in answers.items()}}
    if wanted != cast.project.answers:
        with act("project.changed", by=cast.mara.audit_by, subject=cast.project):
            cast.project.answers = wanted
            cast.project.save()


def verdict(api: Any, check: str) -> tuple[str, bool]:
    found = api("dana", "get", "gates/gate-1-feasibility/readiness").json()["verdicts"]
    return next((v["verdict"], v["blocks"]) for v in found if v["check"] == check)


@pytest.mark.parametrize("says", ["yes", "no"])
def test_a_safety_critical_project_says_so_on_every_page_and_in_reports(cast: Cast, says: str) -> None:
    answer(cast, safety_critical=says)
    client = Client()
    client.force_login(cast.mara.user)
    pages = [url for url in PAGES if url.startswith("/projects/churn/")]
    shown = {url: WARNING in client.get(url).content.decode() for url in pages}
    assert set(shown.values()) == {says == "yes"}, shown
    assert (WARNING in str(reported.section(reported.built(cast.project), "glance"))) is (says == "yes")


def test_additional_processes_are_listed_before_gate_1(cast: Cast, api: Any) -> None:
    assert verdict(api, "g1-additional-processes") == ("unknown", True)
    gate = "gates/gate-1-feasibility"
    waiver = {"reason": "No.", "expires_on": walk.days(5).isoformat()}
    assert api("mara", "post", f"{gate}/checks/g1-additional-processes/waivers", waiver).status_code == 403
    walk.accept_document(cast, "additional-processes-plan")
    assert verdict(api, "g1-additional-processes") == ("met", False)


def test_nothing_is_asked_where_no_output_can_harm(cast: Cast, api: Any) -> None:
    answer(cast, safety_critical="no")
    assert verdict(api, "g1-additional-processes") == ("met", False)


@pytest.mark.parametrize(
    ("first", "proof", "expected"),
    [
        ("yes", "done", ("met", False)),
        ("yes", "cited", ("met", False)),
        ("yes", "none", ("not_met", True)),
        ("no", "none", ("met", False)),
    ],
)
def test_the_first_use_in_a_domain_needs_a_proof_of_concept(
    cast: Cast, api: Any, first: str, proof: str, expected: tuple[str, bool]
) -> None:
    answer(cast, first_use=first)
    values = walk.values_for(of(cast.project.catalogue).document_kinds["applicability-assessment"])
    walk.accept_document(cast, "applicability-assessment", {**values, "proof-of-concept": proof})
    assert verdict(api, "g1-proof-of-concept") == expected
