"""Keys, signed heads, and what only a head from outside can find."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit import keys, notes, tree
from audit.canon import canonical
from audit.standalone import verify_bundle as v
from tests.audit.bundles import Files, Sample, check, lines, packed, put, rewritten


def test_another_key_is_not_taken(sample: Sample, tmp_path: Path) -> None:
    other = Ed25519PrivateKey.generate()
    vkey = notes.vkey(sample.vkey.partition("+")[0], notes.public_of(other))
    with pytest.raises(v.Tampered, match="never signed this trail"):
        check(packed(sample.files, tmp_path), [vkey])


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
