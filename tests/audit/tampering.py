"""Every way of tampering with a bundle that we could think of, for somebody without the key."""

from __future__ import annotations

import json
from collections.abc import Callable

from audit import tree
from audit.canon import canonical
from tests.audit.bundles import Files, Sample, edit, lines, put

# Tamperings: name -> (what an attacker without the key does, check and file that find it)

Tampering = Callable[[Files], None]
TAMPERINGS: dict[str, tuple[Tampering, str, str]] = {}


def tampering(check: str, file: str) -> Callable[[Tampering], Tampering]:
    def register(change: Tampering) -> Tampering:
        TAMPERINGS[change.__name__] = (change, check, file)
        return change

    return register


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
