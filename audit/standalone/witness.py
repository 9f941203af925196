#!/usr/bin/env python3
"""Watches the trail of a crispmlq installation for a partner: python witness.py URL --vkey KEY --folder DIR --name NAME

Run it once an hour or a day on a machine the operator of the installation can not reach, for instance by cron:

    python witness.py https://trail.example.org --vkey 'trail.example.org+1a2b3c4d+AX…' \\
        --folder ~/witness --name witness.example.net

Needs Python 3.11 and the package `cryptography`, nothing else. Take this file and the key from a source you trust;
the installation publishes its key at `/.well-known/crispmlq-vkey` and prints it on its reports. After a change of the
key give the new one as well, once you have convinced yourself that it is right.

Each run fetches the newest signed root of the trail, from `/.well-known/crispmlq-root`, with the hashes of all seals
since the last run. It refuses a root that is not signed by the key, is smaller than the one seen before, has the same
size and another content, or does not begin with all that was seen before. A root that holds is signed by the witness
too and kept: nobody can later write anew, unseen, what this witness has seen, whoever holds the operator's key. The
first run has nothing to compare with; what it sees is the beginning.

The folder holds:

    key                  the witness's own key, made at the first run; keep it to yourself
    last                 the newest root it has seen, and the hashes the next run continues from
    cosigned-SIZE.txt    each root it has seen, signed by both (C2SP cosignature/v1): hand these to auditors, who
                         bring them to `verify_bundle.py --checkpoint cosigned-SIZE.txt`
    refused-TIME.txt     an answer it has refused: the proof, do not lose it

Exit status: 0 the trail holds; 1 refused, look at it now; 2 nothing could be fetched, or a file can not be read.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import os
import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PATH = "/.well-known/crispmlq-root"
ED25519, COSIGNATURE = b"\x01", b"\x04"
DASH = "\u2014 "
MOST_BYTES = 16 * 2**20
TIMEOUT_SECONDS = 30


class Refused(Exception):
    """The trail is not what it was, or is not signed by its key."""

    def __init__(self, message: str, answer: str) -> None:
        super().__init__(message)
        self.answer = answer


class Unreadable(Exception):
    """Nothing was learned."""


@dataclass
class Tree:
    """RFC 6962: a tree that only grows, kept as the roots of the complete subtrees it ends in."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> None:
        size = self.size
        while size & 1:
            leaf, size = hashlib.sha256(b"\x01" + self.peaks.pop() + leaf).digest(), size >> 1
        self.peaks.append(leaf)
        self.size += 1

    @property
    def root(self) -> bytes:
        if not self.peaks:
            return hashlib.sha256(b"").digest()
        total = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            total = hashlib.sha256(b"\x01" + peak + total).digest()
        return total


# --- What was fetched ----------------------------------------------------------------------------------------------


def key_of(vkey: str) -> tuple[str, bytes]:
    """Name and public key. Raises: Unreadable."""
    name, _, rest = vkey.strip().partition("+")
    hexed, _, encoded = rest.partition("+")
    try:
        raw = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != 33 or raw[:1] != ED25519 or key_id(name, raw).hex() != hexed:
        raise Unreadable(f"This is no vkey of an Ed25519 key: {vkey[:120]}")
    return name, raw[1:]


def key_id(name: str, kind_and_public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + kind_and_public).digest()[:4]


def parted(answer: str) -> tuple[str, str, list[bytes]]:
    """Text and signature lines of the note, and the hashes behind it. Raises: ValueError."""
    parts = answer.split("\n\n")
    if len(parts) not in (2, 3) or any(ord(c) < 32 and c != "\n" for c in answer):
        raise ValueError("it is no signed note")
    lines = parts[2].split("\n") if len(parts) == 3 else []
    if lines and lines.pop():
        raise ValueError("its last line is cut")
    if not all(re.fullmatch(r"[0-9a-f]{64}", line) for line in lines):
        raise ValueError("its hashes are malformed")
    return parts[0] + "\n", parts[1].rstrip("\n"), [bytes.fromhex(line) for line in lines]


def require_signed(text: str, signatures: str, name: str, keys: list[bytes]) -> None:
    """Raises: ValueError."""
    for line in signatures.split("\n"):
        signer, _, encoded = line.removeprefix(DASH).partition(" ")
        raw = base64.b64decode(encoded, validate=True)
        for public in keys:
            if line.startswith(DASH) and signer == name and raw[:4] == key_id(name, ED25519 + public):
                try:
                    Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], text.encode())
                except InvalidSignature:
                    raise ValueError("its signature does not fit its text") from None
                return
    raise ValueError(f"it is not signed by “{name}” with a key you gave")


def origin_of(text: str, name: str) -> str | None:
    """The name the note is signed under: that of the trail, which after a restore ends in its epoch, /e2."""
    origin = text.partition("\n")[0]
    return origin if re.fullmatch(re.escape(name) + r"(/e[1-9][0-9]{0,4})?", origin) else None


def head_of(text: str, name: str) -> tuple[int, bytes]:
    """Size and root. Raises: ValueError."""
    lines = text.split("\n")
    if len(lines) != 4 or origin_of(text, name) is None or not re.fullmatch(r"0|[1-9][0-9]{0,17}", lines[1]):
        raise ValueError(f"its text is no root of “{name}”")
    return int(lines[1]), base64.b64decode(lines[2], validate=True)


def continued(answer: str, tree: Tree, name: str, keys: list[bytes]) -> str:
    """Grow the tree by what the answer holds; gives back the note. Raises: Refused."""
    try:
        text, signatures, hashes = parted(answer)
        require_signed(text, signatures, origin_of(text, name) or name, keys)
        size, root = head_of(text, name)
        if size < tree.size:
            raise ValueError(f"it has {size} seals, but {tree.size} were seen before: the trail was cut or set back")
        if len(hashes) != size - tree.size:
            raise ValueError(f"it comes with {len(hashes)} hashes for the seals from {tree.size} to {size}")
        for each in hashes:
            tree.append(each)
        if tree.root != root:
            raise ValueError("it does not begin with what was seen before: the trail was rewritten or forked")
    except ValueError as error:  # also malformed base64
        raise Refused(f"The answer is refused: {error}.", answer) from None
    return f"{text}\n{signatures}\n"


# --- The folder ----------------------------------------------------------------------------------------------------


def own_key(folder: Path) -> Ed25519PrivateKey:
    path = folder / "key"
    try:
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            made = base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(made + "\n")
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(path.read_text().strip(), validate=True))
    except (OSError, ValueError) as error:
        raise Unreadable(f"{path} can not be used as the witness's key: {error}") from None


def last_seen(folder: Path, name: str) -> Tree:
    """The tree up to the last root that was seen; an empty one at the first run. Raises: Unreadable."""
    path = folder / "last"
    if not path.exists():
        return Tree()
    try:
        text, _, peaks = parted(path.read_text(encoding="utf-8"))
        size, root = head_of(text, name)
        tree = Tree(size, peaks)
        if len(peaks) != size.bit_count() or tree.root != root:
            raise ValueError("its hashes do not lead to its root")
    except (OSError, ValueError) as error:
        raise Unreadable(f"{path} can not be continued from: {error}") from None
    return tree


def write(path: Path, text: str) -> None:
    """Written beside and renamed, so that a crash leaves the old file or the new one."""
    fresh = path.with_name(path.name + ".part")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def cosigned(note: str, name: str, key: Ed25519PrivateKey, at: int) -> str:
    """The note with the witness's signature below the operator's (C2SP cosignature/v1)."""
    text = note.partition("\n\n")[0] + "\n"
    signature = key.sign(f"cosignature/v1\ntime {at}\n{text}".encode())
    identity = key_id(name, COSIGNATURE + key.public_key().public_bytes_raw())
    line = base64.b64encode(identity + at.to_bytes(8, "big") + signature).decode()
    return f"{note}{DASH}{name} {line}\n"


def own_vkey(name: str, key: Ed25519PrivateKey) -> str:
    public = COSIGNATURE + key.public_key().public_bytes_raw()
    return f"{name}+{key_id(name, public).hex()}+{base64.b64encode(public).decode()}"


# --- A run ---------------------------------------------------------------------------------------------------------


class _Straight(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def fetch(url: str) -> str:
    """Raises: Unreadable."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1", "::1"}):
        raise Unreadable(f"{url} is not fetched: only https is.")
    try:
        with urllib.request.build_opener(_Straight).open(url, timeout=TIMEOUT_SECONDS) as answer:
            raw = answer.read(MOST_BYTES + 1)
            if len(raw) > MOST_BYTES:
                raise Unreadable(f"{url} answers more than this program reads.")
            return raw.decode()
    except (OSError, ValueError, HTTPException) as error:
        raise Unreadable(f"{url} can not be fetched: {error}") from None


def watch(
    url: str, vkeys: list[str], folder: Path, witness: str, get: Callable[[str], str] = fetch, now: float | None = None
) -> int:
    """Look once, and keep what was seen; gives back the number of seals. Raises: Refused, Unreadable."""
    given = [key_of(vkey) for vkey in vkeys]
    names = {name for name, _ in given}
    if len(names) != 1:
        raise Unreadable("Give one or more keys (--vkey) of one and the same installation.")
    name, keys = names.pop(), [public for _, public in given]
    if not re.fullmatch(r"[^\s+]{1,120}", witness) or witness == name:
        raise Unreadable("The name of the witness has no space and no plus sign, and is its own.")
    key, tree = own_key(folder), last_seen(folder, name)
    at = int(time.time() if now is None else now)
    while True:
        before = tree.size
        try:
            note = continued(get(f"{url.rstrip('/')}{PATH}?since={before}"), tree, name, keys)
        except Refused as refusal:
            write(folder / f"refused-{at}.txt", refusal.answer)
            raise
        write(folder / f"cosigned-{tree.size}.txt", cosigned(note, witness, key, at))
        write(folder / "last", note + "\n" + "".join(peak.hex() + "\n" for peak in tree.peaks))
        if tree.size == before:  # the server gives long stretches in pieces
            return tree.size


def main(arguments: list[str] | None = None, get: Callable[[str], str] = fetch) -> int:
    parser = argparse.ArgumentParser(
        description="Watch the trail of an installation, and keep signed copies of its roots.",
        epilog="Exit: 0 the trail holds, 1 refused, 2 nothing could be fetched or read.",
    )
    parser.add_argument("url", help="Address of the installation, https://…")
    parser.add_argument("--vkey", action="append", required=True, help="Key of the installation; may be repeated.")
    parser.add_argument("--folder", type=Path, required=True, help="Where the witness keeps what it has seen.")
    parser.add_argument("--name", required=True, help="Name of the witness, such as witness.example.net.")
    given = parser.parse_args(arguments)
    try:
        size = watch(given.url, given.vkey, given.folder, given.name, get)
        print(f"The trail holds: {size} seals. Witness: {own_vkey(given.name, own_key(given.folder))}")
        return 0
    except Refused as refusal:
        print(f"REFUSED: {refusal} The answer is kept in {given.folder}.")
        return 1
    except (Unreadable, OSError) as problem:
        print(f"UNREADABLE: {problem}")
        return 2


if __name__ == "__main__":
    sys.exit(main())
