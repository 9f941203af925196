"""`python benchmarks/verify.py [EVENTS]`: how long offline verification of a large bundle takes.

Makes a bundle of so many acts with one change each, without a database, and verifies it.
"""

from __future__ import annotations

import base64
import os
import resource
import secrets
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.update(DJANGO_SETTINGS_MODULE="tests.settings", CRISPMLQ_LOG_LEVEL="ERROR")

import django  # noqa: E402

django.setup()

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402

from audit import notes, tree  # noqa: E402
from audit.canon import canonical  # noqa: E402
from audit.ids import uuid7  # noqa: E402
from audit.packing import Parts  # noqa: E402
from audit.standalone import verify_bundle  # noqa: E402

OBJECTS = 1000
BEGIN = datetime(2026, 11, 24, tzinfo=UTC)


def main(count: int) -> None:
    with TemporaryDirectory() as folder:
        path, vkey = make(count, Path(folder))
        print(f"{count} events, {path.stat().st_size / 1e6:.0f} MB")
        begun, used = time.perf_counter(), processor_seconds()
        status = verify_bundle.main([str(path), "--vkey", vkey])
        print(f"verified in {time.perf_counter() - begun:.2f} s on the clock, exit status {status}")
        print(f"processor time of all processes {processor_seconds() - used:.2f} s, load {os.getloadavg()[0]:.1f}")
        print(f"peak memory of the largest {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def processor_seconds() -> float:
    return sum(os.times()[:4])


def make(count: int, folder: Path) -> tuple[Path, str]:
    key, origin, log = Ed25519PrivateKey.generate(), "bench.example.org", str(uuid7())
    parts, actor = Parts(folder / "parts"), str(uuid7())
    parts.folder.mkdir()
    objects = [[str(uuid7()), 0, "", "0"] for _ in range(OBJECTS)]
    leaves = []
    with (
        parts.open("events.jsonl") as events,
        parts.open("changes.jsonl") as changes,
        parts.open("private.jsonl") as private,
    ):
        for number in range(count):
            uid, row, at = str(uuid7()), objects[number % OBJECTS], BEGIN + timedelta(milliseconds=10 * number)
            row[1] += 1
            line = canonical({
                "op": "create" if row[1] == 1 else "update", "type": "projects.task", "id": row[0], "ver": row[1],
                "prev": row[2], "set": {"state": [None if row[1] == 1 else row[3], str(number)]},
            })  # fmt: skip
            row[2], row[3] = tree.leaf(line).hex(), str(number)
            salt, value = secrets.token_bytes(16), canonical("Task")
            event = canonical({
                "v": 1, "id": uid, "log": log, "at": f"{at:%Y-%m-%dT%H:%M:%S.%f}Z", "act": "task.started",
                "by": {"kind": "user", "ref": actor, "via": "page"}, "subject": ["projects.task", row[0]],
                "label": {"c": tree.commitment(salt, value)}, "reason": None, "req": None, "app": "0.1.0",
                "changes": {"n": 1, "root": row[2]},
            })  # fmt: skip
            told = {"event": uid, "path": "/subject", "salt": salt.hex(), "value": value.decode()}
            leaves.append(tree.leaf(event))
            for file, body in ((events, event), (changes, line), (private, canonical(told))):
                file.write(body + b"\n")
    state = {"projects.task": {r[0]: {"ver": r[1], "head": r[2], "values": {"state": r[3]}} for r in objects if r[1]}}
    parts.put("state.json", canonical(state))
    parts.put("actors.jsonl", canonical({"ref": actor, "kind": "user", "display": "Somebody"}) + b"\n")
    seal(parts, key, origin, log, leaves)
    parts.pack(folder / "bundle.zip", "crispmlq-bundle/1", log=log, origin=origin, size=count, root_size=1)
    return folder / "bundle.zip", notes.vkey(origin, notes.public_of(key))


def seal(parts: Parts, key: Ed25519PrivateKey, origin: str, log: str, leaves: list[bytes]) -> None:
    root = tree.root(leaves)
    name = f"{origin}/{log}"
    note = notes.sign(notes.Checkpoint(name, len(leaves), root).text, name, key)
    line = f"{log} {len(leaves)} {base64.b64encode(root).decode()}\n"
    body = canonical({
        "v": 1, "seal": 0, "at": "2026-11-24T10:00:00.000000Z", "logs": 1, "heads": tree.leaf(line.encode()).hex(),
    })  # fmt: skip
    parts.put("log.note", note.encode())
    parts.put("log.hashes", b"".join(leaves))
    parts.put("checkpoints.jsonl", canonical({"size": len(leaves), "seal": 0, "note": note}) + b"\n")
    parts.put("seal.json", body)
    parts.put("root.hashes", tree.leaf(body))
    parts.put("root.note", notes.sign(notes.Checkpoint(origin, 1, tree.leaf(body)).text, origin, key).encode())
    parts.put("heads.json", canonical({"line": line, "index": 0, "count": 1, "path": []}))
    keys = [{"public": notes.public_of(key).hex(), "after_size": 0, "endorsement": ""}]
    parts.put("keys.json", canonical({"origin": origin, "keys": keys}))
    parts.put("HOWTO.md", b"")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
