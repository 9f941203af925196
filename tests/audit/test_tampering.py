"""Tampering with a bundle is found and named."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from audit import tree
from audit.canon import canonical
from audit.standalone import verify_bundle as v
from tests.audit.bundles import Sample, check, edit, lines, packed, put, sealed_again
from tests.audit.tampering import TAMPERINGS, an_event_is_back_dated


@pytest.mark.parametrize("name", TAMPERINGS)
def test_two_processes_find_what_one_finds(
    sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(v, "WORTH_PROCESSES", 0)
    change, expected, file = TAMPERINGS[name]
    files = dict(sample.files)
    change(files)
    with pytest.raises(v.Tampered) as found:
        path = packed(files, tmp_path)
        v.Verifier(v.Bundle(path), [sample.vkey], [], [], processes=2).run()
    assert (found.value.check, found.value.file) == (expected, file), str(found.value)


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_found_and_named(sample: Sample, tmp_path: Path, name: str) -> None:
    change, expected, file = TAMPERINGS[name]
    files = dict(sample.files)
    change(files)
    assert files != sample.files
    with pytest.raises(v.Tampered) as found:
        check(packed(files, tmp_path), [sample.vkey])
    assert (found.value.check, found.value.file) == (expected, file), str(found.value)


def test_the_event_that_was_changed_is_named_by_its_number(sample: Sample, tmp_path: Path) -> None:
    files = dict(sample.files)
    an_event_is_back_dated(files)
    with pytest.raises(v.Tampered, match=r"events\.jsonl, line 4: .* number 3 ") as found:
        check(packed(files, tmp_path), [sample.vkey])
    assert found.value.line == 4


def test_a_manifest_that_does_not_fit_is_found(sample: Sample, tmp_path: Path) -> None:
    files = dict(sample.files)
    files["state.json"] = files["state.json"].replace(b"Churn", b"Chums")
    with pytest.raises(v.Tampered, match=r"V1: state\.json"):
        check(packed(files, tmp_path, fix=False), [sample.vkey])


def test_a_file_that_is_missing_is_said_to_be(sample: Sample, tmp_path: Path) -> None:
    files = {name: data for name, data in sample.files.items() if name != "seal.json"}
    with pytest.raises(v.Tampered, match="the file is missing"):
        check(packed(files, tmp_path), [sample.vkey])


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_is_there_twice_is_found(sample: Sample, tmp_path: Path) -> None:
    path = packed(sample.files, tmp_path)
    with zipfile.ZipFile(path, "a") as target:
        target.writestr("state.json", sample.files["state.json"])
    with pytest.raises(v.Tampered, match="there twice"):
        check(path, [sample.vkey])


# What even the holder of the key can not slip in: lines that mean something else to somebody else.

MALFORMED_EVENTS: dict[str, Callable[[Any], Any]] = {
    "a reason in clear": lambda h: h | {"reason": "because"},
    "a commitment with more in it": lambda h: h | {"label": {"c": "0" * 64, "d": ""}},
    "one more field": lambda h: h | {"note": ""},
    "another version": lambda h: h | {"v": 2},
    "another log": lambda h: h | {"log": "00000000-0000-7000-8000-000000000001"},
    "no actor": lambda h: h | {"by": {"kind": "user", "via": "page"}},
    "an id that is none": lambda h: h | {"id": "first"},
    "a time without microseconds": lambda h: h | {"at": "2026-11-24T10:00:00Z"},
    "a number of changes that is none": lambda h: h | {"changes": h["changes"] | {"n": "1"}},
    "fewer changes than none": lambda h: h | {"changes": h["changes"] | {"n": -1}},
    "a list": lambda h: [h],
}


@pytest.mark.parametrize("name", MALFORMED_EVENTS)
def test_a_malformed_event_is_found_although_it_is_signed(sample: Sample, tmp_path: Path, name: str) -> None:
    files = dict(sample.files)
    rows = lines(files, "events.jsonl")
    rows[3] = canonical(MALFORMED_EVENTS[name](json.loads(rows[3])))
    put(files, "events.jsonl", rows)
    with pytest.raises(v.Tampered) as found:
        check(packed(sealed_again(files, sample.key), tmp_path), [sample.vkey])
    assert (found.value.check, found.value.file, found.value.line) == ("V7", "events.jsonl", 4), str(found.value)


MALFORMED_CHANGES: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "an act unknown to all": ("V7", lambda c: c | {"op": "delete"}),
    "values that are no pair": ("V7", lambda c: c | {"set": {"name": ["New"]}}),
    "no values": ("V7", lambda c: c | {"set": []}),
    "a version left out": ("V8", lambda c: c | {"ver": c["ver"] + 1}),
    "another one before": ("V8", lambda c: c | {"prev": "0" * 64}),
    "a value before that was not": ("V8", lambda c: c | {"set": {"purpose": ["Never so.", "Another."]}}),
    "a creation of what is there": ("V8", lambda c: c | {"op": "create"}),
}


@pytest.mark.parametrize("name", MALFORMED_CHANGES)
def test_a_malformed_change_is_found_although_it_is_signed(sample: Sample, tmp_path: Path, name: str) -> None:
    expected, change = MALFORMED_CHANGES[name]
    files = dict(sample.files)
    events, changes = lines(files, "events.jsonl"), lines(files, "changes.jsonl")
    number = next(n for n, row in enumerate(events) if json.loads(row)["act"] == "project.changed")
    first = sum(json.loads(row)["changes"]["n"] for row in events[:number])
    changes[first] = canonical(change(json.loads(changes[first])))
    header = json.loads(events[number])
    header["changes"]["root"] = tree.leaf(changes[first]).hex()
    events[number] = canonical(header)
    put(files, "events.jsonl", events)
    state = files["state.json"]
    try:
        put(files, "changes.jsonl", changes)
        files = sealed_again(files, sample.key)
    except (AttributeError, ValueError):  # a fold of nonsense; the verifier stops before it looks at the state
        put(files, "changes.jsonl", lines(sample.files, "changes.jsonl"))
        files = sealed_again(files, sample.key) | {"state.json": state}
        put(files, "changes.jsonl", changes)
    with pytest.raises(v.Tampered) as found:
        check(packed(files, tmp_path), [sample.vkey])
    assert (found.value.check, found.value.file, found.value.line) == (expected, "changes.jsonl", first + 1)


def test_an_event_signed_twice_is_found(sample: Sample, tmp_path: Path) -> None:
    files = dict(sample.files)
    rows = lines(files, "events.jsonl")
    number = next(n for n, row in enumerate(rows) if json.loads(row)["changes"]["n"] == 1)
    put(files, "events.jsonl", [*rows[: number + 1], rows[number], *rows[number + 1 :]])
    with pytest.raises(v.Tampered, match="an event is there twice"):
        check(packed(sealed_again(files, sample.key), tmp_path), [sample.vkey])


def test_hashes_are_as_many_as_the_head_says(sample: Sample, tmp_path: Path) -> None:
    files = sample.files | {"log.hashes": sample.files["log.hashes"] + bytes(32)}
    with pytest.raises(v.Tampered, match="it holds not"):
        check(packed(files, tmp_path), [sample.vkey])


def test_a_long_value_beside_its_line_is_the_one_in_it(sample: Sample, tmp_path: Path) -> None:
    rows = [json.loads(row) for row in lines(sample.files, "private.jsonl")]
    number = next(n for n, row in enumerate(rows) if row["salt"] is None and row["value"] is not None)
    for value, said in (('"another"', "is not the one in its line"), (None, "was taken away")):
        files = dict(sample.files)
        edit(files, "private.jsonl", number, lambda row, value=value: row | {"value": value})
        with pytest.raises(v.Tampered, match=said):
            check(packed(files, tmp_path), [sample.vkey])


def test_a_file_the_manifest_does_not_name_is_found(sample: Sample, tmp_path: Path) -> None:
    files = sample.files | {"anchors/mail-1.txt": b"note"}
    with pytest.raises(v.Tampered, match=r"anchors/mail-1\.txt: the manifest and the files differ"):
        check(packed(files, tmp_path, fix=False), [sample.vkey])
