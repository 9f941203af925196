"""A bundle for tests, taken apart, changed and put together again."""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit import bundle, notes, tree
from audit.canon import canonical
from audit.standalone import verify_bundle as v
from tests.cast import Cast

Files = dict[str, bytes]


class Sample:
    """One bundle for all tests, and what an auditor and an operator hold."""

    files: Files = {}
    vkey = ""
    key: Ed25519PrivateKey
    older: Files = {}


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


def lines(files: Files, name: str) -> list[bytes]:
    return files[name].split(b"\n")[:-1]


def put(files: Files, name: str, rows: list[bytes]) -> None:
    files[name] = b"".join(row + b"\n" for row in rows)


def edit(files: Files, name: str, number: int, change: Callable[[Any], Any]) -> None:
    rows = lines(files, name)
    rows[number] = canonical(change(json.loads(rows[number])))
    put(files, name, rows)


# What the operator, who has the real key, can write anew.


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
