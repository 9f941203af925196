"""The patterns by which `verify_bundle` recognises most lines say what reading the same line as JSON says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from audit import tree
from audit.canon import canonical
from audit.standalone import verify_bundle as v
from tests.audit.bundles import Files, Sample, edit, lines, put, sealed_again
from tests.audit.tampering import TAMPERINGS

UID = "01a20edc-17d9-7a14-9e1a-084df6e9f785"
HEX = "68daa4974d5e3ffd854075e15906a1cdb8295067821b4773f3b1d32bafeba28d"
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
words = st.sampled_from(["task.started", "page", "Ä\n", 'a"b', ""]) | texts
scalars = st.none() | st.booleans() | st.integers(-(10**17), 10**17) | words
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(words, inner, max_size=2))
names = st.sampled_from(["state", "a", "B_1", "é", 'q"', "sha256"]) | texts
commitments = st.just({"c": HEX}) | st.none()

events = st.fixed_dictionaries(
    {
        "v": st.just(1), "id": st.just(UID), "log": st.just(UID), "act": words, "app": words,
        "at": st.sampled_from(["2026-11-24T10:00:00.000000Z", "2026-11-24T25:00:00.000000Z", "2026-11-24"]),
        "by": st.fixed_dictionaries({"kind": words, "ref": st.just(UID) | words, "via": words}),
        "subject": st.lists(words, min_size=2, max_size=2), "label": commitments, "reason": commitments,
        "req": st.none() | st.just(UID), "changes": st.fixed_dictionaries(
            {"n": st.integers(-1, 10**10) | st.booleans(), "root": st.just(HEX)}),
    }
)  # fmt: skip
changes = st.fixed_dictionaries(
    {
        "id": st.just(UID), "op": st.sampled_from(["create", "update", "archive", "delete"]), "type": words,
        "prev": st.sampled_from(["", HEX]), "ver": st.integers(-1, 10**17) | st.booleans(),
        "set": st.dictionaries(names, st.lists(scalars, min_size=2, max_size=2) | values, max_size=4),
    },
    optional={"hid": st.dictionaries(names, commitments, max_size=3), "sec": st.lists(words)},
)  # fmt: skip
privates = st.fixed_dictionaries(
    {
        "event": st.just(UID), "path": st.sampled_from(["/subject", "/0/name", "/1/é", ""]),
        "salt": st.sampled_from(["9bfd8507f5f6444f539e10cb58344f12", "9B", None, "x"]),
        "value": st.none() | values.map(v._encode) | values,
    }
)  # fmt: skip

KINDS = {"event": (events, v.EVENTS), "change": (changes, v.CHANGES), "private": (privates, v.PRIVATE)}
COMPARED = re.compile(rf'(?:null|{HEX}|{UID}|\{{"c":"{HEX}"\}}|)')  # what a dot of a pattern is compared with


def outcome(layout: v.Layout, raw: bytes, singly: bool) -> Any:
    """What is made of the line."""
    try:
        (row,) = v.taken_apart([raw], raw + b"\n", 7, layout, singly)
        if layout is v.CHANGES:
            _, key, op, previous, *_, kind, version = row
            return key, op, previous, kind, int(version), v.pairs_of(row, 7), v.hidden_of(row, 7)
    except v.Tampered as failure:
        return failure.check, failure.file, failure.line
    return row


def is_compared(layout: v.Layout, found: Any) -> bool:
    """Whether the dots stand for what the checks that follow would let pass."""
    if len(found) == 3:
        return True
    dotted = {v.EVENTS: (1, 3, 5, 6, 7), v.CHANGES: (2,), v.PRIVATE: ()}[layout]
    return all(COMPARED.fullmatch(found[at]) for at in dotted)


def mutated(raw: bytes, draw: Callable[..., Any]) -> bytes:
    at = draw(st.integers(0, len(raw) - 1))
    new = draw(
        st.binary(max_size=2) | st.sampled_from([b'"', b"\\", b",", b" ", b"0", b"\xff", b"\xed\xa0\x80", b"\n"])
    )
    return raw[:at] + new + raw[at + draw(st.integers(0, 2)) :]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_a_line_says_the_same_on_both_paths(kind: str, data: st.DataObject) -> None:
    strategy, layout = KINDS[kind]
    raw = v.canonical(data.draw(strategy)).encode()
    assert outcome(layout, raw, False) == outcome(layout, raw, True)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_a_damaged_line_is_refused_by_both_or_says_the_same(kind: str, data: st.DataObject) -> None:
    strategy, layout = KINDS[kind]
    raw = mutated(v.canonical(data.draw(strategy)).encode(), data.draw)
    found = outcome(layout, raw, False)
    if is_compared(layout, found):
        assert found == outcome(layout, raw, True)


def test_usual_lines_are_recognised_without_reading_json() -> None:
    event = {
        "v": 1, "id": UID, "log": UID, "at": "2026-11-24T10:00:00.000000Z", "act": "task.started",
        "by": {"kind": "user", "ref": UID, "via": "page"}, "subject": ["projects.task", UID], "label": {"c": HEX},
        "reason": None, "req": UID, "app": "0.1.0", "changes": {"n": 1, "root": HEX},
    }  # fmt: skip
    change = {
        "id": UID, "op": "update", "type": "projects.task", "prev": HEX, "ver": 2,
        "set": {"note": ["Zeile\n", 'Grün "€"'], "rank": [None, -3], "state": [True, False]},
        "hid": {"name": {"c": HEX}},
    }  # fmt: skip
    private = {"event": UID, "path": "/subject", "salt": "00" * 16, "value": '"Prüfung"'}
    nested = private | {"value": '{"a":["b",-1]}'}
    for many, rows in ((v._events, [event]), (v._changes, [change]), (v.many_private, [private, nested])):
        text = "".join(v.canonical(row) + "\n" for row in rows)
        assert len(many(text * 3)) == 3 * len(rows)
        assert many(text.replace("\n", "\r\n")) == []
    assert v.taken_apart([b"\xff"], b"\xff\n", 1, v.Layout(list, lambda raw, _: raw), False) == [b"\xff"]


def test_names_out_of_their_order_are_refused_by_both() -> None:
    change = {"id": UID, "op": "update", "type": "projects.task", "prev": HEX, "ver": 2, "set": {"a": [1, 2]}}
    told = {"hid": {name: {"c": HEX} for name in "abc"}, "set": {name: [1, 2] for name in "abc"}}
    for part, values in told.items():
        good = v.canonical(change | {part: values})
        assert outcome(v.CHANGES, good.encode(), False) == outcome(v.CHANGES, good.encode(), True)
        for name in ("a", "c", "0"):  # twice, twice, before the one it follows
            at = good.index(f'"{part}"')
            raw = (good[:at] + good[at:].replace('"b"', f'"{name}"', 1)).encode()
            assert len(v._changes(raw.decode() + "\n")) == 1
            assert outcome(v.CHANGES, raw, False) == outcome(v.CHANGES, raw, True) == ("V7", "changes.jsonl", 7)


def test_a_text_may_speak_of_a_nul_and_hold_none() -> None:
    assert v.read(canonical(r"\u0000"), "V7", "changes.jsonl") == r"\u0000"
    for raw in (rb'"\u0000"', rb'"\\\u0000"', rb'["a",{"b":"c\u0000"}]'):
        with pytest.raises(v.Tampered, match="NUL"):
            v.read(raw, "V7", "changes.jsonl")


@given(st.binary(max_size=700), st.integers(0, 22))
@example(b"", 0)
def test_the_root_of_each_beginning_is_that_of_the_frontier(data: bytes, size: int) -> None:
    from audit import tree

    leaves = [data[at : at + 32] for at in range(0, len(data) // 32 * 32, 32)]
    size = min(size, len(leaves))
    assert v.Tree(b"".join(leaves)).root(size) == tree.root(leaves[:size])


# Whole bundles: the quick way is sure or leaves the verdict to the one that reads line by line.


class Unpacked(v.Bundle):
    """A bundle that was never packed."""

    def __init__(self, files: Files) -> None:  # without V1
        self._kept, self.manifest = files, json.loads(files["MANIFEST.json"])


def verdict(files: Files, vkey: str, processes: int = 1) -> Any:
    try:
        found = v.Verifier(Unpacked(files), [vkey], [], [], processes=processes).run()
    except v.Tampered as failure:
        return str(failure)
    return found.done, found.warnings, found.erased


def verdict_by_line(files: Files, vkey: str) -> Any:
    with patch.object(v.Verifier, "_quickly", lambda self: self._log_hashes()):
        return verdict(files, vkey)


def signed_again(files: Files, key: Ed25519PrivateKey) -> Files:
    """By somebody with the key, who lets each event commit to its changes as they are, if they can be read."""
    try:
        return sealed_again(files, key)
    except (ValueError, KeyError, TypeError, AttributeError):
        kept = files["changes.jsonl"]
        return sealed_again(files | {"changes.jsonl": b""}, key) | {"changes.jsonl": kept}


def committed_again(files: Files, number: int) -> None:
    """The event of the change in this line, if it has no other, commits to it."""
    taken, rows = 0, lines(files, "events.jsonl")
    for at, row in enumerate(rows):
        header = json.loads(row)
        if taken == number and header["changes"]["n"] == 1:
            header["changes"]["root"] = tree.leaf(lines(files, "changes.jsonl")[number]).hex()
            rows[at] = canonical(header)
        taken += header["changes"]["n"]
    put(files, "events.jsonl", rows)


ODD = ["A" * 64, '"' * 64, "\n" * 64, ('","x":"' * 10)[:64], ('"},"x":{"c":"' * 5)[:64], "é" * 64, HEX]


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(data=st.data())
def test_a_damaged_bundle_gets_the_same_verdict_on_both_ways(sample: Sample, data: st.DataObject) -> None:
    files, draw = dict(sample.files), data.draw
    name = draw(st.sampled_from(["events.jsonl", "changes.jsonl", "private.jsonl"]))
    rows = lines(files, name)
    number = draw(st.integers(0, len(rows) - 1))
    hexed = [found.span() for found in re.finditer(rb"[0-9a-f-]{32,64}", rows[number])]
    what = draw(st.sampled_from(["damaged", "odd", "twice", "gone", "moved"]))
    if what == "odd" and hexed:
        begin, end = draw(st.sampled_from(hexed))
        odd = draw(st.sampled_from(ODD))[: end - begin].encode()
        rows[number] = rows[number][:begin] + odd + rows[number][end:]
    elif what == "twice":
        rows.insert(draw(st.integers(0, len(rows))), rows[number])
    elif what == "gone":
        del rows[number]
    elif what == "moved":
        rows.insert(draw(st.integers(0, len(rows) - 1)), rows.pop(number))
    else:
        rows[number] = mutated(rows[number], draw)
    put(files, name, rows)
    if draw(st.booleans()):
        if name == "changes.jsonl" and what in {"damaged", "odd"}:
            committed_again(files, number)
        files = signed_again(files, sample.key)
    assert verdict(files, sample.vkey) == verdict_by_line(files, sample.vkey)


@pytest.mark.parametrize("name", ["", *(name for name, (_, check, _) in TAMPERINGS.items() if check != "V1")])
def test_both_ways_and_many_processes_find_the_same(
    sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(v, "WORTH_PROCESSES", 0)
    files = dict(sample.files)
    if name:
        TAMPERINGS[name][0](files)
    expected = verdict_by_line(files, sample.vkey)
    assert [verdict(files, sample.vkey, count) for count in (1, 2, 3)] == [expected] * 3


@pytest.mark.parametrize("count", [2, 3, 5, 8])
def test_the_parts_join_wherever_they_are_cut(
    sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(v, "WORTH_PROCESSES", 0)
    verifier = v.Verifier(Unpacked(sample.files), [sample.vkey], [], [], processes=count)
    verifier.run()
    assert len(v.cut(verifier.bundle, count)) == count
    joined, alone = verifier._quickly(), v.Stretch(verifier)
    alone.check()
    assert joined is not None
    assert joined.found() | {"uids": 0} == alone.found() | {"uids": 0}
    assert joined.uids == alone.uids


def test_parts_that_contradict_each_other_do_not_join(sample: Sample) -> None:
    verifier = v.Verifier(Unpacked(sample.files), [sample.vkey], [], [])
    verifier.run()
    first, second = (v.Stretch(verifier, part) for part in v.cut(verifier.bundle, 2))
    first.check()
    second.check()
    told = second.found()
    key, (version, head, values) = next(each for each in told["before"].items() if each[1][0] and each[1][2])
    name = next(iter(values))
    for wrong in (
        {"changes_from": told["changes_from"] + 1},
        {"uids": told["uids"] + min(first.uids)},
        {"before": told["before"] | {key: [version, "0" * 64, values]}},
        {"before": told["before"] | {key: [version + 1, head, values]}},
        {"before": told["before"] | {key: [version, head, values | {name: '"never"'}]}},
    ):
        whole = v.Stretch(verifier, first.part)
        whole.check()
        with pytest.raises(v.Tampered):
            whole.join(told | wrong)
    first.join(told)


def test_hidden_values_may_stand_in_any_order(sample: Sample) -> None:
    files = dict(sample.files)
    put(files, "private.jsonl", lines(files, "private.jsonl")[::-1])
    with patch.object(v.Stretch, "_ended", autospec=True, side_effect=v.Stretch._ended) as ended:
        assert verdict(files, sample.vkey) == verdict(sample.files, sample.vkey)
    assert [call.args[0].singly for call in ended.call_args_list] == [False, False]  # not read line by line


@pytest.mark.parametrize("processes", [1, 2])
def test_a_clock_set_back_is_told_with_its_line(
    sample: Sample, monkeypatch: pytest.MonkeyPatch, processes: int
) -> None:
    monkeypatch.setattr(v, "WORTH_PROCESSES", 0)
    for number in (3, len(lines(sample.files, "events.jsonl")) - 1):
        files = dict(sample.files)
        rows = lines(files, "events.jsonl")
        rows[number] = re.sub(rb'"at":"[^"]*"', b'"at":"2020-01-01T00:00:00.000000Z"', rows[number])
        put(files, "events.jsonl", rows)
        _, warnings, _ = verdict(sealed_again(files, sample.key), sample.vkey, processes)
        told = f"V11: events.jsonl, line {number + 1}: the clock was set back to 2020-01-01T00:00:00.000000Z."
        assert warnings == [told]


UNREADABLE: dict[str, tuple[str, str, Callable[[Any], Any]]] = {
    "a hidden value without a path": ("V9", "private.jsonl", lambda row: {"event": row["event"]}),
    "a hidden value of no event": ("V9", "private.jsonl", lambda row: row | {"event": None}),
    "a day that never was": ("V7", "events.jsonl", lambda row: row | {"at": "2026-02-30T10:00:00.000000Z"}),
    "an hour that never was": ("V7", "events.jsonl", lambda row: row | {"at": "2026-02-20T24:00:00.000000Z"}),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_is_named_with_its_line(sample: Sample, name: str) -> None:
    check, file, change = UNREADABLE[name]
    files = dict(sample.files)
    edit(files, file, 4, change)
    files = sealed_again(files, sample.key)
    assert verdict(files, sample.vkey).startswith(f"{check}: {file}, line 5: ")


def erasing(files: Files, key: Ed25519PrivateKey, paths: Any) -> Files:
    """One more event, which erases what `paths` name."""
    header = json.loads(lines(files, "events.jsonl")[-1]) | {"label": None, "reason": None}
    change = canonical({
        "id": UID, "op": "create", "prev": "", "type": v.ERASURE, "ver": 1, "set": {"paths": [None, paths]},
    })  # fmt: skip
    header |= {"id": UID, "changes": {"n": 1, "root": tree.leaf(change).hex()}}
    put(files, "changes.jsonl", [*lines(files, "changes.jsonl"), change])
    put(files, "events.jsonl", [*lines(files, "events.jsonl"), canonical(header)])
    return sealed_again(files, key)


@pytest.mark.parametrize("processes", [1, 3])
def test_a_value_may_be_gone_if_a_later_event_names_it(
    sample: Sample, monkeypatch: pytest.MonkeyPatch, processes: int
) -> None:
    monkeypatch.setattr(v, "WORTH_PROCESSES", 0)
    row = json.loads(lines(sample.files, "private.jsonl")[0])
    named = [{"event": row["event"], "path": row["path"]}]
    rest = lines(sample.files, "private.jsonl")[1:]
    for kept in (rest, [canonical(row | {"salt": None, "value": None}), *rest]):
        files = dict(sample.files)
        put(files, "private.jsonl", kept)
        assert verdict(erasing(dict(files), sample.key, named), sample.vkey, processes)[2] == 1
        assert "no erasure names it" in verdict(erasing(dict(files), sample.key, []), sample.vkey, processes)


def test_an_erasure_names_what_it_erases(sample: Sample) -> None:
    for paths in (None, "all", [{"event": UID}], [1]):
        told = verdict(erasing(dict(sample.files), sample.key, paths), sample.vkey)
        assert told.startswith("V9: changes.jsonl, line")
        assert told.endswith("an erasure names nothing")
