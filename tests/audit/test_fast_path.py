"""The patterns by which `verify_bundle` recognises most lines say what reading the same line as JSON says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from audit.canon import canonical
from audit.standalone import verify_bundle as v
from tests.audit.test_bundle import TAMPERINGS, Sample, packed, sample

__all__ = ["sample"]

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

KINDS: dict[str, tuple[Any, Callable[..., Any], Callable[..., Any]]] = {
    "event": (events, v.event_in, v._event_read),
    "change": (changes, v.change_in, v._change_read),
    "private": (privates, v.private_in, v._private_read),
}


def outcome(reader: Callable[..., Any], raw: bytes) -> Any:
    """What the reader makes of the line; the time of an event is judged where events are checked."""
    try:
        found = reader(raw, 7)
    except v.Tampered as failure:
        return failure.check, failure.file, failure.line
    if reader is v.event_in and not v.TIME.match(found[0].decode()):
        return "V7", "events.jsonl", 7
    return found


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
    strategy, quick, strict = KINDS[kind]
    raw = v.canonical(data.draw(strategy))
    assert outcome(quick, raw) == outcome(strict, raw)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_a_damaged_line_is_refused_by_both_or_says_the_same(kind: str, data: st.DataObject) -> None:
    strategy, quick, strict = KINDS[kind]
    raw = mutated(v.canonical(data.draw(strategy)), data.draw)
    assert outcome(quick, raw) == outcome(strict, raw)


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
    assert v._event_line(canonical(event))
    assert v._change_line(canonical(change))
    assert v._private_line(canonical(private))
    assert not v._change_line(canonical(change).replace("Grün".encode(), b"Gr\xfcn"))


@given(st.binary(max_size=700), st.integers(0, 22))
@example(b"", 0)
def test_the_root_of_each_beginning_is_that_of_the_frontier(data: bytes, size: int) -> None:
    from audit import tree

    leaves = [data[at : at + 32] for at in range(0, len(data) // 32 * 32, 32)]
    size = min(size, len(leaves))
    assert v.Tree(b"".join(leaves)).root(size) == tree.root(leaves[:size])


def verdict(path: Path, vkey: str, two: bool) -> Any:
    try:
        found = v.Verifier(v.Bundle(path), [vkey], [], [], two).run()
    except v.Tampered as failure:
        return str(failure)
    return found.done, found.warnings, found.erased


@pytest.mark.parametrize("name", ["", *TAMPERINGS])
def test_two_processes_find_what_one_finds(
    sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(v, "WORTH_TWO_PROCESSES", 0)
    files = dict(sample.files)
    if name:
        TAMPERINGS[name][0](files)
    path = packed(files, tmp_path)
    assert verdict(path, sample.vkey, True) == verdict(path, sample.vkey, False)


@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 0.8])
def test_the_two_halves_join_wherever_they_are_cut(
    sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    monkeypatch.setattr(v, "FIRST_PART", share)
    verifier = v.Verifier(v.Bundle(packed(sample.files, tmp_path)), [sample.vkey], [], [])
    verifier.run()
    joined = verifier._by_two()
    assert joined is not None
    assert list(joined.events.items()) == list(verifier.events.items())
    assert v.state_of(joined.objects) == v.state_of(verifier.objects)
