"""Classifying by command and by API."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from regulations import files
from tests.classified import HIRING, OUTSIDE, reasoned, signed


@pytest.fixture
def classify(cast, tmp_path):
    def run(text: str, *options: str) -> str:
        path = tmp_path / "facts.yaml"
        path.write_text(text)
        out = StringIO()
        call_command("classify", str(path), *options, stdout=out)
        return out.getvalue()

    return run


def test_the_command_gives_outcomes_rules_and_obligations(classify):
    found = json.loads(
        classify("facts: {ai-system: true, eu-market: true, a3-4a: true}", "--role", "provider", "--json")
    )
    assert found["outcomes"] == ["high-risk-annex-iii"]
    assert found["decided_by"] == ["r-annex-iii", "r-literacy"]
    assert "art-9-1" in found["obligations"]
    assert "art-26-1" not in found["obligations"]


def test_the_command_tells_people_in_words(classify):
    text = classify("facts: {ai-system: true, eu-market: true, a3-4a: true, profiling: null}", "--role", "importer")
    assert "Law as consolidated on 27 July 2026" in text
    assert "High-risk: Annex III use case" in text
    assert "art-23-5  Art. 23(5), from 2027-12-02" in text


def test_the_command_can_ask_an_older_text(classify):
    text = "facts: {ai-system: true, eu-market: true, a3-4a: true}"
    found = json.loads(classify(text, "--pack-version", "2024-07-12", "--json"))
    assert found["due"]["art-9-1"] == "2026-08-02"


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("facts: {moon: true}", [], "knows no fact “moon”"),
        ("facts: {ai-system: true}", ["--role", "king"], "knows no role “king”"),
        ("facts: {ai-system: true}", ["--regulation", "law-of-the-sea"], "No regulation “law-of-the-sea”"),
        ("facts: {ai-system: true}", ["--pack-version", "1999"], "never loaded here, but: 2024-07-12, 2026-07-27"),
        ("ai-system: true", [], "has to hold `facts:`"),
        ("facts: [", [], "line 2, yaml"),
    ],
)
def test_the_command_says_what_is_wrong(classify, text, options, says):
    with pytest.raises(CommandError, match=says):
        classify(text, *options)


def evaluate(api, who, body):
    return api(who, "post", "/api/v1/classifications:evaluate", body)


def test_the_api_evaluates_facts_and_stores_nothing(api):
    answer = evaluate(
        api, "mara", {"facts": {"ai-system": True, "eu-market": True, "a3-4a": True}, "roles": ["deployer"]}
    )
    assert answer.status_code == 200
    assert answer.json()["outcomes"] == ["high-risk-annex-iii"]
    assert "art-26-1" in answer.json()["obligations"]


def test_the_api_lists_what_is_still_open(api):
    found = evaluate(api, "mara", {"facts": {"ai-system": True, "eu-market": True, "a3-4a": None}}).json()
    assert (found["outcomes"], found["open_facts"]) == (["undetermined"], ["a3-4a"])


def test_the_api_names_each_fact_it_can_not_read(api):
    answer = evaluate(api, "mara", {"facts": {"moon": True, "ai-system": "yes"}})
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {"moon", "ai-system"}


def test_the_api_lists_the_versions_and_which_is_in_force(api):
    rows = api("mara", "get", "/api/v1/regulations").json()["results"]
    act = {row["version"]: row["in_force_since"] for row in rows if row["key"] == "eu-ai-act"}
    assert act["2024-07-12"] is None
    assert act["2026-07-27"] is not None


def test_loading_by_command_again_changes_nothing_and_a_folder_may_only_be_checked(cast):
    out = StringIO()
    call_command("load_regulations", stdout=out)
    assert "EU AI Act, 2026-07-27 is loaded." in out.getvalue()
    call_command("load_regulations", str(files.DATA / "gdpr" / "2018-05-25"), "--check", stdout=out)
    assert "General Data Protection Regulation 2018-05-25 breaks no rule." in out.getvalue()
    with pytest.raises(CommandError, match="is not a folder"):
        call_command("load_regulations", "/no/such/folder")


def test_a_machine_answers_by_api_and_a_person_signs(api):
    made = api("pipeline", "post", "classifications", {})
    assert (made.status_code, made.json()["state"], made.json()["classes"]) == (201, "draft", ["Not yet decidable"])
    assert api("pipeline", "post", "classifications/1/roles", {"roles": ["provider"]}).status_code == 200
    body = {"answers": reasoned(OUTSIDE)}
    assert api("pipeline", "patch", "classifications/1", body).status_code == 428
    answer = api("pipeline", "patch", "classifications/1", body, if_match='"2"')
    assert answer.json()["result"]["outcomes"] == ["out-of-scope"]
    assert api("pipeline", "patch", "classifications/1", {"answers": {}}, if_match='"2"').status_code == 412
    assert api("pipeline", "post", "classifications/1/sign", {"reasoning": "Right."}).status_code == 403
    signed = api("sven", "post", "classifications/1/sign", {"reasoning": "Right."})
    assert (signed.json()["state"], signed.json()["signed_by"]) == ("signed", "sven")
    assert api("sven", "post", "classifications/1/withdraw", {"reason": "Wrong."}).json()["state"] == "withdrawn"


def test_classifications_are_listed_as_they_were(api, cast):
    signed(cast)
    before = timezone.now().isoformat()
    signed(cast, {**OUTSIDE, "csam": False})
    states = [row["state"] for row in api("mara", "get", "classifications").json()["results"]]
    assert sorted(states) == ["signed", "superseded"]
    was = api("mara", "get", "classifications", {"as_of": before}).json()["results"]
    assert [(row["number"], row["state"]) for row in was] == [(1, "signed")]
    assert api("mara", "get", "classifications/1").headers["ETag"]


def test_the_api_gives_a_version_and_its_impact_and_an_administrator_puts_it_in_force(api, cast):
    signed(cast, HIRING)
    url = "/api/v1/regulations/eu-ai-act/2024-07-12"
    assert api("mara", "get", url).json()["body"]["key"] == "eu-ai-act"
    found = api("mara", "get", f"{url}/impact").json()["results"]
    assert [(row["project"], row["classification"]) for row in found] == [("churn", 1)]
    assert {"kind": "date moved", "obligation": "art-9-1", "ref": "Art. 9(1)", "was": "2027-12-02",
            "becomes": "2026-08-02"} in found[0]["changes"]  # fmt: skip
    assert api("mara", "post", f"{url}/put-in-force", {"reason": "No."}).status_code == 403
    assert api("root", "post", f"{url}/put-in-force", {"reason": "A test."}).json()["in_force_since"]
