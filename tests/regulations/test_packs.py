"""Regulations as data: what comes with the product, what is refused, how a version comes into force."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from audit import SYSTEM
from audit.trail import Change
from crispmlq.errors import Conflict, Invalid, NotAllowed
from regulations import files, impact, selectors
from regulations.definitions import pack_of
from regulations.models import PackVersion
from regulations.services import packs

ACT = files.DATA / "eu-ai-act"
PACKS = files.built_in()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A regulation of one fact, one rule and one duty."""
    folder = tmp_path / "1"
    folder.mkdir()
    (folder / "pack.yaml").write_text(SMALL)
    return folder


def acts_on(row: PackVersion) -> list[str]:
    changes = Change.objects.filter(obj_id=row.pk).order_by("obj_ver")
    return list(changes.values_list("event__act", flat=True))


SMALL = """
key: house-rule
version: '1'
name: House rule
kind: framework
regulation: {number: HR 1}
text_version: '1'
text_line: House rule, first edition.
roles:
  - {id: team, label: Team, cite: HR 1, definition: Whoever builds it.}
outcomes:
  - {id: loud, label: Loud, meaning: It makes noise., rank: 1}
  - {id: undetermined, label: Open, meaning: An answer is missing.}
facts:
  - {id: is-loud, stage: all, question: Is it loud?, cite: HR 1, type: boolean}
rules:
  - {id: r-loud, stage: all, if: is-loud, then: [loud], cite: HR 1, obligation_groups: [og-loud]}
obligation_groups:
  - {id: og-loud, title: Of loud ones}
obligations:
  - id: hr-1
    ref: HR 1
    title: Wear ear plugs
    kind: duty
    group: og-loud
    applies_to: {roles: [team], classes: [loud]}
    phases: [5]
    evidence: []
    applies_from: {loud: '2026-01-01'}
    records: {level: none, checks: []}
"""


@pytest.mark.parametrize("folder", PACKS, ids=["-".join(folder.parts[-2:]) for folder in PACKS])
def test_what_comes_with_the_product_breaks_no_rule(folder):
    assert packs.check(folder)["version"] == folder.name


def test_the_act_holds_all_its_duties_rules_and_annexes():
    body = packs.check(ACT / "2026-07-27")
    counts = {key: len(body[key]) for key in ("obligations", "rules", "facts", "annex_iv", "annex_v", "fria")}
    assert counts == {"obligations": 227, "rules": 32, "facts": 118, "annex_iv": 27, "annex_v": 8, "fria": 6}
    assert [len(part["fields"]) for part in body["annex_viii"]] == [13, 7, 5]


def test_every_crosswalk_leads_to_an_obligation_that_exists():
    act = pack_of(packs.check(ACT / "2026-07-27"))
    for folder in PACKS:
        for obligation in pack_of(files.read(folder).body).obligations.values():
            assert set(obligation.crosswalk.get("eu-ai-act", ())) <= act.obligations.keys()


def test_the_current_text_has_no_duty_of_a_retired_provision_or_with_a_retired_date():
    act = pack_of(packs.check(ACT / "2026-07-27"))
    requirements = [o for o in act.obligations.values() if o.group == "og-hr-requirements"]
    assert "art-10-5" not in act.obligations
    assert {o.applies_from.get("high-risk-annex-iii", "2027-12-02") for o in requirements} == {"2027-12-02"}


def test_a_text_told_by_its_differences_is_the_other_text_but_for_them():
    old, new = pack_of(packs.check(ACT / "2024-07-12")), pack_of(packs.check(ACT / "2026-07-27"))
    assert set(old.obligations) - set(new.obligations) == {"art-10-5"}
    assert set(new.obligations) - set(old.obligations) == {"art-4a-1", *(f"art-4a-1-{x}" for x in "abcdef")}
    assert old.obligations["art-9-1"].applies_from["high-risk-annex-iii"] == "2026-08-02"
    assert "prohibited-bb" not in old.derived


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("if: is-loud", "if: is-quiet", "pack.yaml, line 17, known-id: “r-loud” names the fact “is-quiet”"),
        ("then: [loud]", "then: [quiet]", "names the outcome “quiet”"),
        ("group: og-loud", "group: og-quiet", "names the group of obligations “og-quiet”"),
        ("roles: [team]", "roles: [boss]", "“hr-1” names the role “boss”"),
        ("{loud: '2026-01-01'}", "{quiet: '2026-01-01'}", "No date is given for loud"),
        ("'2026-01-01'", "'first of May'", "does not match"),
        ("kind: duty", "kind: wish", "'wish' is not one of"),
        ("if: is-loud", "if: {fact: is-loud, gt: '1'}", "can not be compared like this"),
        ("if: is-loud", "if: {some: [is-loud]}", "not valid under any"),
        ("  - {id: og-loud, title: Of loud ones}", "  - {id: og-loud, title: A}\n  - {id: og-loud, title: B}", "twice"),
        ("checks: []", "checks: [{record: ghost, test: exists}]", "There is no record type “ghost”."),
        (
            "checks: []",
            "checks: [{record: risk, test: seems-fine}]",
            "line 21, answerable: There is no test “seems-fine”",
        ),
        ("phases: [5]", "phases: [5]\n    triggered_by: [{record: ghost}]", "There is no record type “ghost”."),
        ("checks: []", "checks: [{record: risk, test: count-min, min: 0}]", "is a whole number from 1"),
        ("checks: []", "checks: [{record: risk, test: all-have, fields: []}]", "needs at least one field"),
        (
            "checks: []",
            "checks: [{record: risk, test: within-days, from: reviewed_on, to: reviewed_on, days: 99999999999}]",
            "“days” of the test “within-days” is a whole number from 0 to 36525",
        ),
        ("rules:", "derived: [{id: calm, expr: {no_outcome: [loud]}, cite: HR 1}]\nrules:", "asks for outcomes"),
        ("HR 1}", "1.5}", "storable: float is outside the profile: 1.5"),
        ("HR 1}", "HR 1, date: 2026-01-01}", "storable: date"),
        ("rank: 1", f"rank: {'9' * 20}", "storable: Integer beyond"),
        ("HR 1}", "HR 1, größe: 1}", "storable: A key that is not ASCII"),
        ("name: House rule", 'name: "House\\0rule"', "storable: A text holds a NUL"),
        ("key: house-rule", 'key: "house-rule\\n"', "does not match"),
        ("if: is-loud", f"if: {'{not: ' * 100}is-loud{'}' * 100}", "At most 60 levels"),
        ("key: house-rule", "key: house-rule\nkey: again", "stands here twice"),
        ("name: House rule", "name: [", "yaml"),
    ],
)
def test_a_broken_pack_is_refused_with_file_line_and_rule(small, old, new, says):
    path = small / "pack.yaml"
    assert old in SMALL
    path.write_text(SMALL.replace(old, new, 1))
    with pytest.raises(Invalid) as refusal:
        packs.check(small)
    assert says in refusal.value.message


def test_what_is_worked_out_from_itself_is_refused(small):
    derived = "derived:\n  - {id: a, expr: {not: b}, cite: x}\n  - {id: b, expr: a, cite: x}\nrules:"
    (small / "pack.yaml").write_text(SMALL.replace("rules:", derived))
    with pytest.raises(Invalid, match="“a” is worked out from itself"):
        packs.check(small)


def test_differences_from_what_is_not_there_are_refused(small, tmp_path):
    other = tmp_path / "2"
    other.mkdir()
    changes = {
        "key": "house-rule",
        "version": "2",
        "differs_from": "1",
        "lists": {"obligations": {"without": ["hr-9"]}},
    }
    (other / "changes.yaml").write_text(yaml.safe_dump(changes))
    with pytest.raises(Invalid, match="there is no “hr-9” to change or to leave out"):
        packs.check(other)
    shutil.rmtree(small)
    with pytest.raises(Invalid, match="“1” is no version beside this one"):
        packs.check(other)


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"differs_from": "2"}, "“2” is no version beside this one that stands alone"),
        ({"differs_from": "../1"}, "differs_from: '../1' does not match"),
        ({"differs_from": ["1"]}, "differs_from: "),
        ({"set": None}, "set: None is not of type 'object'"),
        ({"lists": {"obligations": ["hr-1"]}}, "lists/obligations: "),
        ({"lists": {"facts": {"with": [{"stage": "all"}]}}}, "'id' is a required property"),
        ({"lists": {"facts": {"changed": {"is-loud": "loud"}}}}, "lists/facts/changed/is-loud: "),
        ({"lists": {"regulation": {"without": ["number"]}}}, "regulation: there is no “number”"),
        ({"dates": {"loud": "2027-01-01"}}, "dates/loud: "),
        ({"set": {"obligations": "none"}, "dates": {"loud": {"2026-01-01": "2027-01-01"}}}, "obligations: "),
        ({"sets": {}}, "'sets' was unexpected"),
    ],
)
def test_differences_that_can_not_be_read_are_refused(small, tmp_path, told, says):
    other = tmp_path / "2"
    other.mkdir()
    (other / "changes.yaml").write_text(
        yaml.safe_dump({"key": "house-rule", "version": "2", "differs_from": "1", **told})
    )
    with pytest.raises(Invalid) as refusal:
        packs.check(other)
    assert says in refusal.value.message


def test_versions_that_differ_from_each_other_are_refused(tmp_path):
    for version, other in (("1", "2"), ("2", "1")):
        (tmp_path / version).mkdir()
        told = {"key": "house-rule", "version": version, "differs_from": other}
        (tmp_path / version / "changes.yaml").write_text(yaml.safe_dump(told))
    with pytest.raises(Invalid, match="“2” is no version beside this one that stands alone"):
        packs.check(tmp_path / "1")


def test_what_is_no_file_is_refused(small):
    (small / "more.yaml").mkdir()
    with pytest.raises(Invalid, match="line 1, readable: It can not be read"):
        packs.check(small)


def test_loading_tells_the_trail_once_and_puts_nothing_into_force(cast, small):
    row = packs.load(folder=small, by=SYSTEM)
    assert packs.load(folder=small, by=SYSTEM) == row
    assert acts_on(row) == ["regulation.loaded"]
    assert "house-rule" not in selectors.in_force()


def test_the_same_version_with_another_text_is_refused(cast, small):
    packs.load(folder=small, by=SYSTEM)
    (small / "pack.yaml").write_text(SMALL.replace("Wear ear plugs", "Shout"))
    with pytest.raises(Conflict, match="Give the changed text a new version"):
        packs.load(folder=small, by=SYSTEM)


def test_an_administrator_puts_a_version_into_force_with_a_reason(cast, small):
    row = packs.load(folder=small, by=SYSTEM)
    packs.put_in_force(row=row, reason="The board agreed.", by=cast.actors["root"])
    assert selectors.in_force()["house-rule"] == row
    assert acts_on(row) == ["regulation.loaded", "regulation.put_in_force"]


def test_who_puts_a_version_into_force_is_an_administrator_who_says_why(cast, small):
    row = packs.load(folder=small, by=SYSTEM)
    with pytest.raises(NotAllowed):
        packs.put_in_force(row=row, reason="Why not.", by=cast.actors["mara"])
    with pytest.raises(Invalid, match="Say why"):
        packs.put_in_force(row=row, reason=" ", by=cast.actors["root"])
    packs.put_in_force(row=row, reason="Yes.", by=cast.actors["root"])
    with pytest.raises(Conflict, match="in force already"):
        packs.put_in_force(row=PackVersion.objects.get(pk=row.pk), reason="Again.", by=cast.actors["root"])


def test_the_newest_text_is_in_force_from_the_start(cast):
    assert selectors.pack_in_force("eu-ai-act").version == "2026-07-27"
    assert {row.version for row in selectors.packs() if row.key == "eu-ai-act"} == {"2024-07-12", "2026-07-27"}


def test_the_amendment_moves_the_dates_of_a_recruitment_system():
    old, new = pack_of(packs.check(ACT / "2024-07-12")), pack_of(packs.check(ACT / "2026-07-27"))
    facts = {"ai-system": True, "eu-market": True, "a3-4a": True, "special-data-for-bias": True}
    found = impact.compare(old, new, facts, ["provider"])
    kinds = {change.kind for change in found.changes}
    assert kinds == {"gone", "new", "date moved", "changed"}
    moved = {c.obligation.id: (c.was, c.becomes) for c in found.changes if c.kind == "date moved"}
    assert moved["art-9-1"] == ("2026-08-02", "2027-12-02")
    assert [c.obligation.id for c in found.changes if c.kind == "gone"] == ["art-10-5"]
    assert (found.before, found.after) == (("high-risk-annex-iii",), ("undetermined",))


def test_a_text_compared_with_itself_changes_nothing():
    act = pack_of(packs.check(ACT / "2026-07-27"))
    assert impact.compare(act, act, {"ai-system": True, "eu-market": True, "a3-4a": True}, ["provider"]).is_nothing


def test_a_question_that_only_the_new_text_asks_is_not_answered_for_anybody():
    old, new = pack_of(packs.check(ACT / "2024-07-12")), pack_of(packs.check(ACT / "2026-07-27"))
    found = impact.compare(old, new, {"ai-system": True, "eu-market": True}, ["provider"])
    assert found.after == ("undetermined",)
    assert "csam" in found.new_questions
