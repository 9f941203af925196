"""The bundle of a project, and every way of tampering with it that we could think of."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit import bundle, keys, notes, sealing, tree
from audit.canon import canonical
from audit.standalone import verify_bundle as v
from projects.services import projects
from tests import walk
from tests.cast import Cast

Files = dict[str, bytes]


class Sample:
    """One bundle for all tests of this file, and what an auditor and an operator hold."""

    files: Files = {}
    vkey = ""
    key: Ed25519PrivateKey
    older: Files = {}


@pytest.fixture
def sample(cast: Cast, tmp_path: Path) -> Sample:
    """Built once, with three seals: the files do not change with the database."""
    if not Sample.files:
        Sample.older = unpacked(written(cast, tmp_path))
        walk.approve_criteria(cast)
        projects.change(project=cast.project, purpose="Another.", by=cast.mara)
        projects.change(project=cast.project, purpose="Long. " * 1000, by=cast.mara)
        sealing.seal_all()
        walk.accept_document(cast, "scope-document")
        Sample.files = unpacked(written(cast, tmp_path))
        Sample.vkey, Sample.key = keys.published()[0], keys.current()[0]
    return Sample()


def written(cast: Cast, folder: Path) -> Path:
    bundle.write(cast.project.pk, folder / "bundle.zip")
    return folder / "bundle.zip"


def unpacked(path: Path) -> Files:
    with zipfile.ZipFile(path) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def packed(files: Files, folder: Path, fix: bool = True) -> Path:
    """The files as a bundle; with `fix`, the manifest names them as they are now."""
    files = dict(files)
    if fix:
        manifest = json.loads(files["MANIFEST.json"])
        manifest["files"] = [
            {"name": n, "size": len(d), "sha256": hashlib.sha256(d).hexdigest()}
            for n, d in sorted(files.items())
            if n != "MANIFEST.json"
        ]
        files["MANIFEST.json"] = canonical(manifest)
    path = folder / "tampered.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in files.items():
            target.writestr(name, data)
    return path


def check(path: Path, vkeys: list[str], *brought: tuple[str, str]) -> v.Result:
    return v.Verifier(v.Bundle(path), vkeys, list(brought), []).run()


def test_an_untouched_bundle_is_good(sample: Sample, tmp_path: Path) -> None:
    note = ("kept.txt", sample.older["log.note"].decode())
    root = ("root.txt", sample.older["root.note"].decode())
    result = check(packed(sample.files, tmp_path), [sample.vkey], note, root)
    assert result.warnings == []
    assert [line.split(":")[0] for line in result.outside] == ["kept.txt", "root.txt"]


def test_the_same_head_gives_the_same_bytes(cast: Cast, tmp_path: Path) -> None:
    first = written(cast, tmp_path).read_bytes()
    assert written(cast, tmp_path).read_bytes() == first


def test_it_shows_nothing_of_another_project(cast: Cast, tmp_path: Path) -> None:
    other = projects.create(slug="hidden", name="Hidden", purpose="Secret.", by=cast.mara)
    everything = b"".join(unpacked(written(cast, tmp_path)).values())
    assert str(other.pk).encode() not in everything
    assert b"Secret." not in everything


# Tamperings: name -> (what an attacker without the key does, check and file that find it)

Tampering = Callable[[Files], None]
TAMPERINGS: dict[str, tuple[Tampering, str, str]] = {}


def tampering(check: str, file: str) -> Callable[[Tampering], Tampering]:
    def register(change: Tampering) -> Tampering:
        TAMPERINGS[change.__name__] = (change, check, file)
        return change

    return register


def lines(files: Files, name: str) -> list[bytes]:
    return files[name].split(b"\n")[:-1]


def put(files: Files, name: str, rows: list[bytes]) -> None:
    files[name] = b"".join(row + b"\n" for row in rows)


def edit(files: Files, name: str, number: int, change: Callable[[Any], Any]) -> None:
    rows = lines(files, name)
    rows[number] = canonical(change(json.loads(rows[number])))
    put(files, name, rows)


@tampering("V4", "events.jsonl")
def an_act_is_renamed(files: Files) -> None:
    edit(files, "events.jsonl", 2, lambda header: header | {"act": "risk.accepted"})


@tampering("V4", "events.jsonl")
def an_event_is_back_dated(files: Files) -> None:
    edit(files, "events.jsonl", 3, lambda header: header | {"at": "2020-01-01T00:00:00.000000Z"})


@tampering("V4", "events.jsonl")
def an_event_gets_another_actor(files: Files) -> None:
    other = json.loads(lines(files, "events.jsonl")[0])["by"]
    edit(files, "events.jsonl", 5, lambda header: header | {"by": other | {"kind": "system"}})


@tampering("V4", "events.jsonl")
def an_event_is_deleted(files: Files) -> None:
    rows = lines(files, "events.jsonl")
    put(files, "events.jsonl", rows[:4] + rows[5:])


@tampering("V4", "events.jsonl")
def an_event_is_told_twice(files: Files) -> None:
    rows = lines(files, "events.jsonl")
    put(files, "events.jsonl", [*rows[:4], rows[3], *rows[4:]])


@tampering("V4", "events.jsonl")
def two_events_are_exchanged(files: Files) -> None:
    rows = lines(files, "events.jsonl")
    rows[2], rows[3] = rows[3], rows[2]
    put(files, "events.jsonl", rows)


@tampering("V4", "events.jsonl")
def the_last_event_is_cut_off(files: Files) -> None:
    put(files, "events.jsonl", lines(files, "events.jsonl")[:-1])


@tampering("V4", "events.jsonl")
def an_event_is_added_at_the_end(files: Files) -> None:
    rows = lines(files, "events.jsonl")
    put(files, "events.jsonl", [*rows, rows[-1].replace(b'"v":1', b'"v":1')])


@tampering("V4", "log.hashes")
def the_hashes_are_cut_with_the_events(files: Files) -> None:
    the_last_event_is_cut_off(files)
    files["log.hashes"] = files["log.hashes"][:-32]


@tampering("V4", "log.hashes")
def a_hash_is_made_to_fit_its_event(files: Files) -> None:
    an_act_is_renamed(files)
    data, new = files["log.hashes"], tree.leaf(lines(files, "events.jsonl")[2])
    files["log.hashes"] = data[:64] + new + data[96:]


@tampering("V7", "changes.jsonl")
def a_value_is_changed(files: Files) -> None:
    edit(files, "changes.jsonl", 0, lambda line: line | {"set": line["set"] | {"purpose": [None, "Nothing."]}})


@tampering("V7", "changes.jsonl")
def a_change_is_deleted(files: Files) -> None:
    rows = lines(files, "changes.jsonl")
    number = next(n for n, row in enumerate(rows) if json.loads(row)["ver"] == 2)
    created = next(n for n, row in enumerate(rows) if json.loads(row)["id"] == json.loads(rows[number])["id"])
    put(files, "changes.jsonl", rows[:created] + rows[created + 1 :])


@tampering("V7", "changes.jsonl")
def the_last_change_is_deleted(files: Files) -> None:
    put(files, "changes.jsonl", lines(files, "changes.jsonl")[:-1])


@tampering("V7", "changes.jsonl")
def a_change_is_added_at_the_end(files: Files) -> None:
    rows = lines(files, "changes.jsonl")
    put(files, "changes.jsonl", [*rows, rows[-1]])


@tampering("V7", "changes.jsonl")
def two_changes_of_an_act_are_exchanged(files: Files) -> None:
    rows = lines(files, "changes.jsonl")
    rows[10], rows[11] = rows[11], rows[10]
    put(files, "changes.jsonl", rows)


@tampering("V7", "changes.jsonl")
def a_number_is_made_a_float(files: Files) -> None:
    rows = lines(files, "changes.jsonl")
    rows[0] = rows[0].replace(b'"ver":1', b'"ver":1.0')
    put(files, "changes.jsonl", rows)


@tampering("V7", "changes.jsonl")
def a_key_stands_twice(files: Files) -> None:
    rows = lines(files, "changes.jsonl")
    rows[0] = rows[0].replace(b'"ver":1', b'"ver":1,"ver":1')
    put(files, "changes.jsonl", rows)


@tampering("V7", "changes.jsonl")
def a_space_is_put_in(files: Files) -> None:
    rows = lines(files, "changes.jsonl")
    rows[0] = rows[0].replace(b'"ver":1', b'"ver": 1')
    put(files, "changes.jsonl", rows)


@tampering("V7", "changes.jsonl")
def half_a_surrogate_is_put_in(files: Files) -> None:
    rows = lines(files, "changes.jsonl")
    rows[0] = rows[0].replace(b'"op":"create"', b'"op":"\\ud800"')
    put(files, "changes.jsonl", rows)


@tampering("V7", "changes.jsonl")
def a_number_beyond_measure_is_put_in(files: Files) -> None:
    rows = lines(files, "changes.jsonl")
    rows[0] = rows[0].replace(b'"ver":1', b'"ver":9007199254740993')
    put(files, "changes.jsonl", rows)


@tampering("V7", "changes.jsonl")
def a_line_is_longer_than_any_line(files: Files) -> None:
    edit(files, "changes.jsonl", 0, lambda line: line | {"set": {"name": [None, "x" * 70_000]}})


@tampering("V7", "changes.jsonl")
def json_is_nested_beyond_measure(files: Files) -> None:
    rows = lines(files, "changes.jsonl")
    rows[0] = b"[" * 60_000
    put(files, "changes.jsonl", rows)


@tampering("V9", "private.jsonl")
def a_reason_is_changed(files: Files) -> None:
    edit(files, "private.jsonl", 1, lambda row: row | {"value": '"another"'})


@tampering("V9", "private.jsonl")
def a_salt_is_changed(files: Files) -> None:
    edit(files, "private.jsonl", 1, lambda row: row | {"salt": "00" * 16})


@tampering("V9", "events.jsonl")
def a_reason_is_taken_away(files: Files) -> None:
    rows = lines(files, "private.jsonl")
    number = next(n for n, row in enumerate(rows) if json.loads(row)["path"] == "/subject")
    put(files, "private.jsonl", rows[:number] + rows[number + 1 :])


@tampering("V9", "events.jsonl")
def a_value_is_called_erased_that_nobody_erased(files: Files) -> None:
    rows = lines(files, "private.jsonl")
    number = next(n for n, row in enumerate(rows) if json.loads(row)["path"] == "/subject")
    edit(files, "private.jsonl", number, lambda row: row | {"value": None, "salt": None})


@tampering("V9", "private.jsonl")
def a_value_is_added_that_no_event_has(files: Files) -> None:
    row = json.loads(lines(files, "private.jsonl")[0]) | {"path": "/99999/name"}
    put(files, "private.jsonl", [*lines(files, "private.jsonl"), canonical(row)])


@tampering("V9", "private.jsonl")
def a_value_is_there_twice(files: Files) -> None:
    rows = lines(files, "private.jsonl")
    put(files, "private.jsonl", [*rows, rows[0]])


@tampering("V7", "actors.jsonl")
def an_actor_is_taken_away(files: Files) -> None:
    put(files, "actors.jsonl", lines(files, "actors.jsonl")[1:])


@tampering("V7", "actors.jsonl")
def an_actor_is_there_twice(files: Files) -> None:
    rows = lines(files, "actors.jsonl")
    put(files, "actors.jsonl", [*rows, rows[0]])


@tampering("V7", "actors.jsonl")
def an_actor_has_no_reference(files: Files) -> None:
    edit(files, "actors.jsonl", 0, lambda row: row | {"ref": "mara"})


@tampering("V5", "checkpoints.jsonl")
def the_newest_checkpoint_is_taken_away(files: Files) -> None:
    put(files, "checkpoints.jsonl", lines(files, "checkpoints.jsonl")[:-1])


@tampering("V5", "checkpoints.jsonl")
def checkpoints_are_exchanged(files: Files) -> None:
    put(files, "checkpoints.jsonl", lines(files, "checkpoints.jsonl")[::-1])


@tampering("V2", "checkpoints.jsonl")
def an_older_checkpoint_is_edited(files: Files) -> None:
    edit(files, "checkpoints.jsonl", 0, lambda row: row | {"note": row["note"].replace("\n\n", "\n \n\n", 1)})


@tampering("V2", "log.note")
def the_signature_of_the_head_is_another(files: Files) -> None:
    text, _, tail = files["log.note"].decode().rpartition("\n\n")
    other = json.loads(lines(files, "checkpoints.jsonl")[0])["note"].rpartition("\n\n")[2]
    assert tail != other
    files["log.note"] = f"{text}\n\n{other}".encode()


@tampering("V2", "log.note")
def the_head_ends_its_lines_like_windows(files: Files) -> None:
    files["log.note"] = files["log.note"].replace(b"\n", b"\r\n")


@tampering("V2", "log.note")
def the_head_is_signed_seventeen_times(files: Files) -> None:
    files["log.note"] += files["log.note"].split(b"\n\n")[1] * 16


@tampering("V3", "log.note")
def the_head_is_an_older_one(files: Files) -> None:
    files["log.note"] = json.loads(lines(files, "checkpoints.jsonl")[0])["note"].encode()


@tampering("V2", "log.note")
def the_head_is_the_one_of_the_installation(files: Files) -> None:
    files["log.note"] = files["root.note"]


@tampering("V3", "root.hashes")
def the_root_is_an_older_one(files: Files) -> None:
    files["root.note"] = Sample.older["root.note"]


@tampering("V3", "seal.json")
def the_whole_seal_is_an_older_one(files: Files) -> None:
    for name in ("root.note", "root.hashes"):
        files[name] = Sample.older[name]


@tampering("V3", "log.note")
def an_old_root_and_seal_with_the_new_events(files: Files) -> None:
    for name in ("root.note", "root.hashes", "seal.json", "heads.json"):
        files[name] = Sample.older[name]


@tampering("V3", "root.hashes")
def a_seal_is_exchanged(files: Files) -> None:
    files["root.hashes"] = bytes(32) + files["root.hashes"][32:]


@tampering("V3", "seal.json")
def the_seal_gets_another_time(files: Files) -> None:
    files["seal.json"] = canonical(json.loads(files["seal.json"]) | {"at": "2020-01-01T00:00:00.000000Z"})


@tampering("V3", "heads.json")
def the_head_claims_another_place_among_the_heads(files: Files) -> None:
    proof = json.loads(files["heads.json"])
    files["heads.json"] = canonical(proof | {"index": 1 - proof["index"]})


@tampering("V3", "heads.json")
def the_proof_of_the_head_is_too_long(files: Files) -> None:
    proof = json.loads(files["heads.json"])
    files["heads.json"] = canonical(proof | {"path": [*proof["path"], "00" * 32]})


@tampering("V3", "heads.json")
def the_proof_of_the_head_is_too_short(files: Files) -> None:
    files["heads.json"] = canonical(json.loads(files["heads.json"]) | {"path": []})


@tampering("V3", "MANIFEST.json")
def the_manifest_names_another_log(files: Files) -> None:
    files["MANIFEST.json"] = canonical(json.loads(files["MANIFEST.json"]) | {"log": "0" * 36})


@tampering("V2", "keys.json")
def another_key_is_put_before_the_known_one(files: Files) -> None:
    told = json.loads(files["keys.json"])
    told["keys"].insert(0, {"public": "11" * 32, "after_size": 0, "endorsement": ""})
    files["keys.json"] = canonical(told)


@tampering("V2", "keys.json")
def another_installation_is_named(files: Files) -> None:
    files["keys.json"] = canonical(json.loads(files["keys.json"]) | {"origin": "elsewhere.example.org"})


@tampering("V2", "keys.json")
def the_keys_are_no_list(files: Files) -> None:
    files["keys.json"] = b"{}"


@tampering("V3", "heads.json")
def the_head_has_no_proof(files: Files) -> None:
    files["heads.json"] = b"{}"


@tampering("V5", "checkpoints.jsonl")
def a_checkpoint_is_none(files: Files) -> None:
    edit(files, "checkpoints.jsonl", 0, lambda row: {})


@tampering("V1", "root.note")
def a_note_is_no_text(files: Files) -> None:
    files["root.note"] = b"\xff" + files["root.note"]


@tampering("V1", "MANIFEST.json")
def the_format_is_unknown(files: Files) -> None:
    files["MANIFEST.json"] = canonical(json.loads(files["MANIFEST.json"]) | {"format": "crispmlq-bundle/0"})


@tampering("V8", "state.json")
def the_state_is_another(files: Files) -> None:
    state = json.loads(files["state.json"])
    next(iter(state["projects.project"].values()))["values"]["name"] = "Another"
    files["state.json"] = canonical(state)


@tampering("V1", "notes.txt")
def a_file_is_added(files: Files) -> None:
    files["notes.txt"] = b"Trust me."


@tampering("V1", "seal.json")
def a_file_is_missing(files: Files) -> None:
    del files["seal.json"]


@tampering("V1", "../../etc/passwd")
def a_file_would_leave_its_folder(files: Files) -> None:
    files["../../etc/passwd"] = b"root"


@tampering("V1", "private.jsonl")
def a_line_is_cut(files: Files) -> None:
    files["private.jsonl"] = files["private.jsonl"][:-5]


@tampering("V1", "HOWTO.md")
def a_file_is_a_bomb(files: Files) -> None:
    files["HOWTO.md"] = bytes(30_000_000)


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


def test_two_processes_agree_on_what_is_good(sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(v, "WORTH_PROCESSES", 0)
    path = packed(sample.files, tmp_path)
    two = v.Verifier(v.Bundle(path), [sample.vkey], [], [], processes=2).run()
    assert two == check(path, [sample.vkey])


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


def test_another_key_is_not_taken(sample: Sample, tmp_path: Path) -> None:
    other = Ed25519PrivateKey.generate()
    vkey = notes.vkey(sample.vkey.partition("+")[0], notes.public_of(other))
    with pytest.raises(v.Tampered, match="never signed this trail"):
        check(packed(sample.files, tmp_path), [vkey])


# What only a checkpoint from outside can find: the operator writes everything anew, with the real key.


def rewritten(files: Files, key: Ed25519PrivateKey, keep: int) -> Files:
    """The first `keep` events as a whole trail, signed again; all else made to fit."""
    files = dict(files)
    events = lines(files, "events.jsonl")[:keep]
    uids = [json.loads(event)["id"] for event in events]
    count = sum(json.loads(event)["changes"]["n"] for event in events)
    put(files, "events.jsonl", events)
    put(files, "changes.jsonl", lines(files, "changes.jsonl")[:count])
    put(files, "private.jsonl", [r for r in lines(files, "private.jsonl") if json.loads(r)["event"] in uids])
    return sealed_again(files, key)


def sealed_again(files: Files, key: Ed25519PrivateKey) -> Files:
    """State, hashes, seal and notes made to fit events and changes, and signed."""
    events = lines(files, "events.jsonl")
    fold = bundle._Fold()
    for row in lines(files, "changes.jsonl"):
        fold.add(row)
    files["state.json"] = canonical(fold.objects)
    leaves = [tree.leaf(event) for event in events]
    files["log.hashes"] = b"".join(leaves)
    head = notes.head_of(files["log.note"].decode())
    new = notes.Checkpoint(head.origin, len(events), tree.root(leaves))
    files["log.note"] = notes.sign(new.text, head.origin, key).encode()
    line = f"{head.origin.rpartition('/')[2]} {len(events)} {base64.b64encode(new.root).decode()}\n"
    files["heads.json"] = canonical({"line": line, "index": 0, "count": 1, "path": []})
    told = json.loads(files["seal.json"]) | {"logs": 1, "heads": tree.leaf(line.encode()).hex()}
    files["seal.json"] = canonical(told)
    files["root.hashes"] = files["root.hashes"][:-32] + tree.leaf(files["seal.json"])
    root = notes.head_of(files["root.note"].decode())
    seals = [files["root.hashes"][at : at + 32] for at in range(0, len(files["root.hashes"]), 32)]
    text = notes.Checkpoint(root.origin, root.size, tree.root(seals)).text
    files["root.note"] = notes.sign(text, root.origin, key).encode()
    row = {"size": len(events), "seal": root.size - 1, "note": files["log.note"].decode()}
    put(files, "checkpoints.jsonl", [canonical(row)])
    return files


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


def test_a_trail_rewritten_with_the_real_key_is_found_by_any_older_head_alone(sample: Sample, tmp_path: Path) -> None:
    kept = notes.head_of(sample.files["log.note"].decode()).size
    path = packed(rewritten(sample.files, sample.key, kept - 1), tmp_path)
    result = check(path, [sample.vkey])
    assert result.outside == []  # self-attested, and told so
    printed: list[str] = []
    assert v.report(result, printed.append) == 0
    assert any("Self-attested" in line for line in printed)
    for name in ("log.note", "root.note"):
        with pytest.raises(v.Tampered) as found:
            check(path, [sample.vkey], ("kept.txt", sample.files[name].decode()))
        assert (found.value.check, found.value.file) == ("V5", "kept.txt")


def test_two_heads_of_one_size_with_different_roots_are_a_split_view(sample: Sample, tmp_path: Path) -> None:
    head = notes.head_of(sample.files["log.note"].decode())
    forged = notes.sign(notes.Checkpoint(head.origin, head.size, bytes(32)).text, head.origin, sample.key)
    with pytest.raises(v.Tampered, match="rewritten or forked"):
        check(packed(sample.files, tmp_path), [sample.vkey], ("other.txt", forged))


def test_a_head_of_another_log_proves_nothing_here(sample: Sample, tmp_path: Path) -> None:
    root = notes.head_of(sample.files["root.note"].decode())
    text = notes.Checkpoint(f"{root.origin}/00000000-0000-7000-8000-000000000001", 1, bytes(32)).text
    note = notes.sign(text, text.partition("\n")[0], sample.key)
    with pytest.raises(v.Tampered, match="not about"):
        check(packed(sample.files, tmp_path), [sample.vkey], ("other.txt", note))


def test_a_retired_key_signs_nothing_any_more(sample: Sample, tmp_path: Path) -> None:
    new = Ed25519PrivateKey.generate()
    files = dict(sample.files)
    told = json.loads(files["keys.json"])
    size = notes.head_of(files["root.note"].decode()).size
    public = notes.public_of(new)
    text = f"{keys.ROTATION}\n{told['origin']}\n{size - 1}\n{base64.b64encode(public).decode()}\n"
    endorsement = notes.sign(text, told["origin"], sample.key)
    told["keys"].append({"public": public.hex(), "after_size": size - 1, "endorsement": endorsement})
    files["keys.json"] = canonical(told)
    with pytest.raises(v.Tampered, match="outside its range") as found:
        check(packed(files, tmp_path), [sample.vkey])
    assert (found.value.check, found.value.file) == ("V2", "root.note")


def test_an_endorsement_by_somebody_else_is_none(sample: Sample, tmp_path: Path) -> None:
    new = Ed25519PrivateKey.generate()
    files = dict(sample.files)
    told = json.loads(files["keys.json"])
    public = notes.public_of(new)
    text = f"{keys.ROTATION}\n{told['origin']}\n9\n{base64.b64encode(public).decode()}\n"
    told["keys"].append({"public": public.hex(), "after_size": 9, "endorsement": notes.sign(text, told["origin"], new)})
    files["keys.json"] = canonical(told)
    with pytest.raises(v.Tampered, match="endorsement"):
        check(packed(files, tmp_path), [sample.vkey])


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04" + bytes(50)])
def test_what_is_no_zip_file_is_unreadable(tmp_path: Path, data: bytes, sample: Sample) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(data)
    assert v.main([str(path), "--vkey", sample.vkey]) == 2


def test_a_file_cut_short_is_unreadable_and_a_damaged_one_tampered_with(sample: Sample, tmp_path: Path) -> None:
    path = packed(sample.files, tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert v.main([str(path), "--vkey", sample.vkey]) == 2
    with zipfile.ZipFile(io.BytesIO(whole)) as known:
        at = known.getinfo("events.jsonl").header_offset + 200
    path.write_bytes(whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :])
    assert v.main([str(path), "--vkey", sample.vkey]) == 1


def test_a_clock_set_back_is_a_warning(sample: Sample, tmp_path: Path) -> None:
    result = v.Result(warnings=["V11: events.jsonl, line 4: the clock was set back."])
    printed: list[str] = []
    assert v.report(result, printed.append) == 3
    verifier = v.Verifier(v.Bundle(packed(sample.files, tmp_path)), [sample.vkey], [], [])
    latest = verifier._time("2026-11-24T10:00:00.000000Z", "", 1)
    assert verifier._time("2026-11-24T09:59:00.000000Z", latest, 2) == latest
    assert verifier.result.warnings == []
    verifier._time("2026-11-24T09:00:00.000000Z", latest, 3)
    assert "line 3" in verifier.result.warnings[0]


def test_a_missing_key_or_file_is_no_verdict(
    sample: Sample, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = packed(sample.files, tmp_path)
    assert v.main([str(path), "--vkey", "nonsense"]) == 2
    assert v.main([str(path), "--vkey", sample.vkey, "--checkpoint", str(tmp_path / "none")]) == 2
    with pytest.raises(SystemExit) as ended:
        v.main([str(path)])
    assert ended.value.code == 2


def endorsed(sample: Sample, after: int, named: bytes | None = None) -> tuple[Files, Ed25519PrivateKey]:
    """The files with one more key, endorsed by the first; the note names `named` instead, if given."""
    new, files = Ed25519PrivateKey.generate(), dict(sample.files)
    told, public = json.loads(files["keys.json"]), notes.public_of(new)
    text = f"{keys.ROTATION}\n{told['origin']}\n{after}\n{base64.b64encode(named or public).decode()}\n"
    endorsement = notes.sign(text, told["origin"], sample.key)
    told["keys"].append({"public": public.hex(), "after_size": after, "endorsement": endorsement})
    files["keys.json"] = canonical(told)
    return files, new


def test_keys_stand_in_their_order(sample: Sample, tmp_path: Path) -> None:
    files, _ = endorsed(sample, -1)
    with pytest.raises(v.Tampered, match="not in their order"):
        check(packed(files, tmp_path), [sample.vkey])


def test_an_endorsement_names_the_very_key(sample: Sample, tmp_path: Path) -> None:
    files, _ = endorsed(sample, 900, named=bytes(32))
    with pytest.raises(v.Tampered, match="not the one its endorsement names"):
        check(packed(files, tmp_path), [sample.vkey])


def test_a_key_of_the_future_is_listed_and_signs_nothing_yet(sample: Sample, tmp_path: Path) -> None:
    files, new = endorsed(sample, 900)
    assert check(packed(files, tmp_path), [sample.vkey]).warnings == []
    root = notes.head_of(files["root.note"].decode())
    files["root.note"] = notes.sign(root.text, root.origin, new).encode()
    with pytest.raises(v.Tampered, match="outside its range"):
        check(packed(files, tmp_path), [sample.vkey])


def test_a_root_of_another_installation_is_not_taken(sample: Sample, tmp_path: Path) -> None:
    files = dict(sample.files)
    root = notes.head_of(files["root.note"].decode())
    text = notes.Checkpoint("other.example.org", root.size, root.root).text
    files["root.note"] = notes.sign(text, "other.example.org", sample.key).encode()
    with pytest.raises(v.Tampered, match=r"it is a note of “other\.example\.org”"):
        check(packed(files, tmp_path), [sample.vkey])


def test_a_root_without_any_seal_proves_nothing(sample: Sample, tmp_path: Path) -> None:
    files = dict(sample.files)
    root = notes.head_of(files["root.note"].decode())
    text = notes.Checkpoint(root.origin, 0, tree.EMPTY_ROOT).text
    files["root.note"], files["root.hashes"] = notes.sign(text, root.origin, sample.key).encode(), b""
    with pytest.raises(v.Tampered) as found:
        check(packed(files, tmp_path), [sample.vkey])
    assert found.value.check in {"V2", "V3"}


def test_a_checkpoint_of_another_log_does_not_belong_among_those_of_this(sample: Sample, tmp_path: Path) -> None:
    files = dict(sample.files)
    row = {"size": 1, "seal": 0, "note": Sample.older["root.note"].decode()}
    put(files, "checkpoints.jsonl", [canonical(row), *lines(files, "checkpoints.jsonl")])
    with pytest.raises(v.Tampered, match="a checkpoint of another log"):
        check(packed(files, tmp_path), [sample.vkey])


def test_a_checkpoint_is_listed_once(sample: Sample, tmp_path: Path) -> None:
    files = dict(sample.files)
    rows = lines(files, "checkpoints.jsonl")
    put(files, "checkpoints.jsonl", [rows[0], *rows])
    with pytest.raises(v.Tampered, match="not in their order"):
        check(packed(files, tmp_path), [sample.vkey])


def test_a_bundle_older_than_what_the_auditor_holds_is_said_to_be(sample: Sample, tmp_path: Path) -> None:
    for name, word in (("root.note", "seals"), ("log.note", "events")):
        with pytest.raises(v.Tampered, match=rf"{word}.* ends at"):
            check(packed(Sample.older, tmp_path), [sample.vkey], ("kept.txt", sample.files[name].decode()))


def test_a_file_the_manifest_does_not_name_is_found(sample: Sample, tmp_path: Path) -> None:
    files = sample.files | {"anchors/mail-1.txt": b"note"}
    with pytest.raises(v.Tampered, match=r"anchors/mail-1\.txt: the manifest and the files differ"):
        check(packed(files, tmp_path, fix=False), [sample.vkey])
