"""Policies of the organisation: set by administrators at every door, versioned, told in the trail."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from audit import SYSTEM_LOG
from audit.models import Event
from crispmlq.errors import Conflict, Invalid, NotAllowed, Stale
from policies import definitions, forms, selectors, services
from policies.models import PolicySet
from tests.cast import Cast

URL = "/api/v1/policies/in-force"


def change(cast: Cast, **values: Any) -> PolicySet:
    return services.change(values=values, reason="Agreed by the board.", by=cast.root)


def page(who: Any, **given: Any) -> Any:
    client = Client()
    client.force_login(who.user)
    return client.post("/policies", given) if given else client.get("/policies")


def test_a_change_is_a_new_version_and_an_event_of_the_site(cast: Cast) -> None:
    before = Event.objects.filter(log_id=SYSTEM_LOG).count()
    row = change(cast, four_eyes_gates=[4], risk_limit=3)
    assert (row.number, selectors.in_force()["four_eyes_gates"]) == (1, [4])
    event = Event.objects.filter(log_id=SYSTEM_LOG).latest("id")
    assert (event.act, Event.objects.filter(log_id=SYSTEM_LOG).count()) == ("policies.changed", before + 1)
    change(cast, risk_limit=2)
    assert selectors.of_version(1)["risk_limit"] == 3
    assert selectors.in_force().values == definitions.defaults() | {"four_eyes_gates": [4], "risk_limit": 2}


@pytest.mark.parametrize("name", ["mara", "sven", "ada", "otto", "pipeline"])
def test_only_an_administrator_sets_policies(cast: Cast, api: Any, name: str) -> None:
    with pytest.raises(NotAllowed):
        services.change(values={"risk_limit": 2}, reason="So.", by=cast.actors[name])
    answer = api(name, "patch", URL, {"values": {"risk_limit": 2}, "reason": "So."}, if_match='"0"')
    assert answer.status_code == 403
    assert PolicySet.objects.count() == 0


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"colour": "red"}, "colour"),
        ({"risk_limit": 13}, "risk_limit"),
        ({"risk_limit": "3"}, "risk_limit"),
        ({"four_eyes_gates": [7]}, "four_eyes_gates"),
        ({"four_eyes_gates": [4, 4]}, "four_eyes_gates"),
        ({"additional_deciders": {"4": ["queen"]}}, "additional_deciders"),
        ({"additional_deciders": {"9": ["sponsor"]}}, "additional_deciders"),
        ({"blocking_checks": ["no-such-check"]}, "blocking_checks"),
        ({"never_waived": ["no-such-check"]}, "never_waived"),
        ({"requirements_before_tasks": "shout"}, "requirements_before_tasks"),
        ({"upload_quota_mb": 0}, "upload_quota_mb"),
        ({"one_person_may_sign_twice": "yes"}, "one_person_may_sign_twice"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(cast: Cast, values: dict[str, Any], key: str) -> None:
    with pytest.raises(Invalid) as refusal:
        services.change(values=values, reason="So.", by=cast.root)
    assert key in refusal.value.errors
    assert PolicySet.objects.count() == 0


def test_no_reason_no_change_and_a_stale_version_are_refused(cast: Cast) -> None:
    with pytest.raises(Invalid):
        services.change(values={"risk_limit": 2}, reason=" ", by=cast.root)
    with pytest.raises(Conflict, match="Nothing"):
        change(cast, risk_limit=None)
    change(cast, risk_limit=2)
    with pytest.raises(Stale):
        services.change(values={"risk_limit": 3}, reason="So.", by=cast.root, expected=0)
    assert PolicySet.objects.count() == 1


def test_the_api_shows_what_holds_and_sets_it(cast: Cast, api: Any) -> None:
    shown = api("mara", "get", URL)
    assert (shown.json()["version"], shown["ETag"]) == (0, '"0"')
    given = {"values": {"four_eyes_gates": [4]}, "reason": "Board."}
    assert api("root", "patch", URL, given).status_code == 428
    answer = api("root", "patch", URL, given, if_match='"0"')
    assert (answer.status_code, answer.json()["values"]["four_eyes_gates"]) == (200, [4])
    assert api("root", "patch", URL, given, if_match='"0"').status_code == 412
    assert [row["number"] for row in api("mara", "get", "/api/v1/policies").json()["results"]] == [1]


def test_the_page_says_what_each_changes_and_lets_administrators_alone_change_it(cast: Cast) -> None:
    for policy in definitions.POLICIES:
        assert policy.effect.split(",")[0] in page(cast.mara).content.decode()
    assert "Set the policies" not in page(cast.mara).content.decode()
    assert "Set the policies" in page(cast.root).content.decode()
    form = {"version": "0", "reason": "Board.", "four_eyes_gates": ["4"], "requirements_before_tasks": "warn",
            "additional_deciders-4": ["legal-reviewer"], "risk_limit": "3"}  # fmt: skip
    assert page(cast.mara, **form).status_code == 403
    assert page(cast.root, **form).status_code == 302
    assert selectors.in_force()["additional_deciders"] == {"4": ["legal-reviewer"]}


def test_a_stale_page_shows_what_was_typed_beside_what_holds(cast: Cast) -> None:
    change(cast, risk_limit=2)
    form = {"version": "0", "reason": "Board.", "requirements_before_tasks": "warn", "risk_limit": "9"}
    answer = page(cast.root, **form)
    text = answer.content.decode()
    assert (answer.status_code, selectors.in_force()["risk_limit"]) == (412, 2)
    assert 'value="9"' in text
    assert re.search(r'<span class="badge">\s*2\s*</span>', text)
    assert 'name="version" value="1"' in text


def test_the_form_reads_every_policy() -> None:
    assert set(forms.READERS) == set(definitions.BY_KEY)


def test_the_command_prints_and_sets(cast: Cast) -> None:
    out = StringIO()
    call_command("policies", "four_eyes_gates=[4, 5]", by="root", reason="Board.", stdout=out)
    assert "# version 1" in out.getvalue()
    assert selectors.in_force()["four_eyes_gates"] == [4, 5]
    for values, options in [
        (["risk_limit=2"], {"by": "mara", "reason": "So."}),
        (["risk_limit=2"], {"reason": "So."}),
        (["risk_limit"], {"by": "root", "reason": "So."}),
        (["risk_limit=99"], {"by": "root", "reason": "So."}),
        (["risk_limit=["], {"by": "root", "reason": "So."}),
    ]:
        with pytest.raises(CommandError):
            call_command("policies", *values, **options)
    assert PolicySet.objects.count() == 1
