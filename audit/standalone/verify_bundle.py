#!/usr/bin/env python3
"""Verifies a trail bundle of crispmlq offline: python verify_bundle.py BUNDLE.zip --vkey KEY [--checkpoint FILE ...]

Needs Python 3.11 and the package `cryptography`, nothing else; opens no connection. Take this file and the key from a
source you trust, never from the bundle. Exit status: 0 good, 1 tampered with, 2 unreadable, 3 good with warnings.

What is checked, in this order; the first failure ends the run and is named with its file and line:

V1  the bundle holds exactly the files of its manifest, each with the size and SHA-256 named there
V2  every signed note is signed by a key that you gave, or that a key you gave has endorsed, within its range
V3  the last leaf of the root log is the seal, and the head of this log is among the heads the seal commits to
V4  the hashes of the events lead to the signed root, and every event has its hash, in its place
V5  every older checkpoint, in the bundle and brought by you, is a beginning of this log
V6  every anchor in the bundle is of a beginning of this trail; a timestamp is signed by an authority you gave (--tsa)
V7  every line is canonical, belongs to this log, and commits to exactly the changes that follow
V8  the versions of every object form one chain from its creation, and lead to the state in the bundle
    (of a log that was pruned after its retention: from where one event states every object anew)
V9  every hidden value opens its commitment, or an erasure in the trail names it
V10 every receipt you bring is an event of this log
V11 times do not run backwards (a warning only: clocks prove nothing)
"""

from __future__ import annotations

import argparse
import base64
import binascii
import contextlib
import hashlib
import io
import itertools
import json
import lzma
import multiprocessing
import re
import shutil
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding

FORMAT = "crispmlq-bundle/1"
FILES = {
    "MANIFEST.json", "HOWTO.md", "actors.jsonl", "changes.jsonl", "checkpoints.jsonl", "events.jsonl", "heads.json",
    "keys.json", "log.hashes", "log.note", "private.jsonl", "root.hashes", "root.note", "seal.json", "state.json",
}  # fmt: skip
MOST_BYTES = 16 * 2**30
KEPT_BYTES = 2 * 2**30  # smaller bundles are unpacked once and stay in memory
MOST_RATIO = 1000  # of a file's size to its compressed size
LONGEST_LINE = 65_535
GREATEST_INTEGER = 2**53 - 1
BACKWARDS_SECONDS = 120
WORTH_TWO_PROCESSES = 20_000  # events
FIRST_PART = 0.48  # of the trail for the process that also checks the tree
ROTATION, RECEIPT = "crispmlq/rotation/v1", "crispmlq/receipt/v1"
ERASURE, PRUNING = b"audit.erasure", b"audit.pruning"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z\Z")
HASH = re.compile(r"[0-9a-f]{64}\Z")
EPOCH = r"/e[1-9][0-9]{0,4}"
RESTORED = re.compile(  # epoch, its seals and events here that were kept, and the last published note
    r"^epoch (\d{1,5}) closed at (\d{1,18}) seals, (\d{1,18}) events here; last published:\n(\S+)\n(\d{1,18})\n"
)
ANCHOR = re.compile(r"anchors/[a-z]+-([1-9][0-9]{0,17})\.(?:txt|tst)")


class Tampered(Exception):
    def __init__(self, check: str, file: str, message: str, line: int | None = None) -> None:
        self.check, self.file, self.line = check, file, line
        where = file if line is None else f"{file}, line {line}"
        super().__init__(f"{check}: {where}: {message}")


class Unreadable(Exception):
    pass


@dataclass
class Result:
    done: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)  # heads the auditor brought, and timestamps of others
    unchecked: list[str] = field(default_factory=list)
    erased: int = 0
    pruned: str = ""


# --- Hashes, trees, canonical JSON ---------------------------------------------------------------------------------


def leaf(body: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + body).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """RFC 6962 over hashes that stand one after the other; gives the root of every beginning of them."""

    def __init__(self, leaves: bytes) -> None:
        self._levels = [leaves]  # hashes of the complete subtrees of 1, 2, 4, ... leaves
        sha256 = hashlib.sha256
        while len(leaves) >= 64:
            pairs = range(0, len(leaves) - 63, 64)
            leaves = b"".join([sha256(b"\x01" + leaves[at : at + 64]).digest() for at in pairs])
            self._levels.append(leaves)

    def root(self, size: int) -> bytes:
        total, at = b"", 32 * size
        for level in self._levels:
            if at & 32:
                peak = level[at - 32 : at]
                total = node(peak, total) if total else peak
            at = at >> 6 << 5
        return total or hashlib.sha256(b"").digest()


def root_of(leaves: list[bytes]) -> bytes:
    return leaves[0] if len(leaves) == 1 else Tree(b"".join(leaves)).root(len(leaves))


def root_by_path(index: int, size: int, each: bytes, path: list[bytes]) -> bytes | None:
    """The root that an inclusion proof leads to (RFC 9162, section 2.1.3.2); None if the proof has a wrong length."""
    at, last = index, size - 1
    for other in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            each = node(other, each)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            each = node(each, other)
        at, last = at >> 1, last >> 1
    return each if last == 0 else None


_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
if json.encoder.c_make_encoder:  # the encoder's own loop, without what it does again for each value
    _pieces = json.encoder.c_make_encoder(
        None, _encoder.default, json.encoder.encode_basestring, None, ":", ",", True, False, False
    )

    def _encode(value: Any) -> str:
        return "".join(_pieces(value, 0))
else:
    _encode = _encoder.encode


def _no_float(text: str) -> None:
    raise ValueError(f"a number that is not whole: {text[:30]}")


_decode = json.JSONDecoder(parse_float=_no_float, parse_constant=_no_float).decode
_long_digits = re.compile(r"\d{16}").search


def _require_small(value: Any) -> None:
    if isinstance(value, int) and abs(value) > GREATEST_INTEGER:
        raise ValueError(f"a number beyond 2^53 - 1: {str(value)[:30]}")
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _require_small(each)


def read(raw: bytes, check: str, file: str, line: int | None = None, longest: int = LONGEST_LINE) -> Any:
    """The value of canonical JSON. A key that stands twice shows when the value is encoded again."""
    try:
        if len(raw) > longest:
            raise ValueError(f"longer than {longest} bytes")
        text = raw.decode()
        value = _decode(text)
        if _encode(value) != text:
            raise ValueError("it is not in canonical form")
        if _long_digits(text):
            _require_small(value)
        if "\\u0000" in text:
            raise ValueError("it holds a NUL character")
    except (ValueError, RecursionError) as error:
        raise Tampered(check, file, f"not canonical JSON: {error}", line) from None
    return value


def canonical(value: Any) -> bytes:
    return _encode(value).encode()


# --- Lines of the usual layout -------------------------------------------------------------------------------------

# Nearly all lines are recognised by one regular expression, which matches nothing but canonical JSON of one layout and
# takes the parts out of it as they stand. A line it does not match is read as JSON, with the same parts in the end.
# Values stay canonical bytes throughout: two values are equal if and only if these are.

_HEX64 = rb"[0-9a-f]{64}"
_UUID = rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_ESCAPE = rb'\\["\\bfnrt]|\\u00(?:0[1-7bef]|1[0-9a-f])'
_BEYOND_ASCII = (
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|\xed[\x80-\x9f][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
_ASCII = rb"[ !#-\[\]-\x7f]*"
_WORD = rb'"' + _ASCII + rb'"'
_TEXT = rb'"' + _ASCII + rb"(?:(?:" + _ESCAPE + rb"|" + _BEYOND_ASCII + rb")" + _ASCII + rb')*"'
_VALUE = rb"(?:" + _TEXT + rb"|null|true|false|0|-?[1-9][0-9]{0,14})"
_NAME = rb'"[0-9A-Za-z_]+"'
_COMMITMENT = rb'\{"c":"' + _HEX64 + rb'"\}'
_PAIR = _NAME + rb":\[" + _VALUE + rb"," + _VALUE + rb"\]"
_HIDDEN = _NAME + rb":" + _COMMITMENT


def _layout(pattern: bytes) -> Callable[[bytes], re.Match[bytes] | None]:
    """The pattern with its %NAMES filled in; spaces and line breaks in it do not count."""
    for name, part in {
        b"%HEX64": _HEX64, b"%UUID": _UUID, b"%TEXT": _TEXT, b"%COMMITMENT": _COMMITMENT, b"%PAIR": _PAIR,
        b"%HIDDEN": _HIDDEN, b"%WORD": _WORD, b"%ASCII": _ASCII, b"%BEYOND": _BEYOND_ASCII,
    }.items():  # fmt: skip
        pattern = pattern.replace(name, part)
    return re.compile(re.sub(rb"\n *", b"", pattern)).fullmatch


_event_line = _layout(rb"""\{"act":%WORD,"app":%WORD,
    "at":"([0-9T:-]{19}\.[0-9]{6}Z)",
    "by":\{"kind":%WORD,"ref":"([0-9a-f-]{36})","via":%WORD\},
    "changes":\{"n":(0|[1-9][0-9]{0,8}),"root":"(%HEX64)"\},
    "id":"(%UUID)","label":(null|%COMMITMENT),"log":"([0-9a-f-]{36})","reason":(null|%COMMITMENT),
    "req":(?:null|%WORD),"subject":\[%WORD,%WORD\],"v":1\}""")
_change_line = _layout(rb"""\{(?:"hid":\{(%HIDDEN(?:,%HIDDEN)*)\},)?
    "id":"(%UUID)","op":"(create|update|archive|restate)","prev":"(|%HEX64)",
    "set":\{((?:%PAIR(?:,%PAIR)*)?)\},"type":"([0-9a-z_.]+)","ver":([1-9][0-9]{0,14})\}""")
_private_line = _layout(rb"""\{"event":("%UUID","path":"/[0-9A-Za-z_/]+"),
    "salt":"([0-9a-f]{32})","value":"(?:\\"(%ASCII(?:(?:%BEYOND)%ASCII)*)\\"|([0-9a-z]*))"\}""")
_count = re.compile(rb'"changes":\{"n":([0-9]{1,9}),')
_pairs = re.compile(rb'"([0-9A-Za-z_]+)":\[(' + _VALUE + rb"),(" + _VALUE + rb")\]").findall
_hidden = re.compile(rb'"([0-9A-Za-z_]+)":(' + _COMMITMENT + rb")").findall
_is_commitment = re.compile(rb'\{"c":' + _TEXT + rb"\}").fullmatch
_is_digest = re.compile(rb'\{"len":(0|[1-9][0-9]*),"sha256":"(' + _HEX64 + rb')"\}').fullmatch


def in_order(rows: list[tuple[bytes, ...]]) -> bool:
    """The names are sorted and none stands twice, as in canonical JSON."""
    return len(rows) < 2 or all(one[0] < other[0] for one, other in itertools.pairwise(rows))


# at, reference of the actor, number of changes, their root, id, commitment to the label or null, log, to the reason
Event = tuple[bytes, bytes, int, bytes, bytes, bytes, bytes, bytes]
# id and type of the object, what was done, hash before, version, (name, before, after)s, (name, commitment)s
Change = tuple[bytes, bytes, bytes, bytes, int, list[tuple[bytes, bytes, bytes]], list[tuple[bytes, bytes]]]


def event_in(raw: bytes, number: int) -> Event:
    found = _event_line(raw)
    if found is None or len(raw) > LONGEST_LINE:
        return _event_read(raw, number)
    at, actor, count, root, uid, label, log, reason = found.groups()
    return at, actor, int(count), root, uid, label, log, reason


def _event_read(raw: bytes, number: int) -> Event:
    header = read(raw, "V7", "events.jsonl", number)

    def wrong(what: str) -> Tampered:
        return Tampered("V7", "events.jsonl", what, number)

    parts = {"v", "id", "log", "at", "act", "by", "subject", "label", "reason", "req", "app", "changes"}
    if not isinstance(header, dict) or set(header) != parts or header["v"] != 1:
        raise wrong("it is no event of version 1")
    by, changes = header["by"], header["changes"]
    if not isinstance(by, dict) or set(by) != {"kind", "ref", "via"} or not UUID.match(str(header["id"])):
        raise wrong("its actor or its id is malformed")
    if not isinstance(changes, dict) or set(changes) != {"n", "root"} or type(changes["n"]) is not int:
        raise wrong("its changes are malformed")
    if not TIME.match(str(header["at"])) or not HASH.match(str(changes["root"])) or changes["n"] < 0:
        raise wrong("its time or its changes are malformed")
    at, actor, root, uid, log = (
        str(each).encode() for each in (header["at"], by["ref"], changes["root"], header["id"], header["log"])
    )
    return at, actor, changes["n"], root, uid, canonical(header["label"]), log, canonical(header["reason"])


def change_in(raw: bytes, number: int) -> Change:
    found = _change_line(raw)
    if found is not None and len(raw) <= LONGEST_LINE:
        hidden, key, op, previous, shown, kind, version = found.groups()
        pairs, told = _pairs(shown), _hidden(hidden) if hidden else []
        if in_order(pairs) and in_order(told):
            return key, kind, op, previous, int(version), pairs, told
    return _change_read(raw, number)


def _change_read(raw: bytes, number: int) -> Change:
    line = read(raw, "V7", "changes.jsonl", number)
    try:
        key, kind, op, previous = (inner(line[name]) for name in ("id", "type", "op", "prev"))
        shown = [(inner(name), canonical(before), canonical(after)) for name, (before, after) in line["set"].items()]
        hidden = [(inner(name), canonical(told)) for name, told in line.get("hid", {}).items()]
        if line["op"] not in {"create", "update", "archive", "restate"} or type(line["ver"]) is not int:
            raise TypeError
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Tampered("V7", "changes.jsonl", "it is no change", number) from None
    return key, kind, op, previous, line["ver"], shown, hidden


def private_in(raw: bytes, number: int) -> tuple[bytes, bytes | None]:
    """Where a hidden value belongs (see `place`), and its commitment or digest; None if the value is gone."""
    found = _private_line(raw)
    if found is None or len(raw) > LONGEST_LINE:
        return _private_read(raw, number)
    key, salt, text, bare = found.groups()
    return key, commitment(binascii.unhexlify(salt), b'"%b"' % text if bare is None else bare)


def _private_read(raw: bytes, number: int) -> tuple[bytes, bytes | None]:
    row = read(raw, "V9", "private.jsonl", number, longest=10**9)
    try:
        key = place(inner(row["event"]), inner(row["path"]))
        salt, value = row["salt"], row["value"]
    except (KeyError, TypeError):
        raise Tampered("V9", "private.jsonl", "it is no hidden value", number) from None
    if value is None:
        return key, None
    try:
        return key, digest(value.encode()) if salt is None else commitment(bytes.fromhex(salt), value.encode())
    except (TypeError, ValueError, AttributeError):
        return key, b""  # opens nothing


def place(uid: bytes, path: bytes) -> bytes:
    return b'"%b","path":"%b"' % (uid, path)


def inner(text: str) -> bytes:
    """A text in canonical JSON, without its quotation marks. Raises: TypeError."""
    if not isinstance(text, str):
        raise TypeError
    return canonical(text)[1:-1]


def commitment(salt: bytes, value: bytes) -> bytes:
    told = hashlib.sha256(b"crispmlq/commit/v1\x00" + salt + value).hexdigest()
    return b'{"c":"%b"}' % told.encode()


def digest(value: bytes) -> bytes:
    return b'{"len":%d,"sha256":"%b"}' % (len(value), hashlib.sha256(value).hexdigest().encode())


def same(known: bytes, told: bytes) -> bool:
    """Equal, or one is the digest of the other (long values are kept beside the line)."""
    return known == told or any(
        _is_digest(short) and digest(whole) == short for whole, short in ((known, told), (told, known))
    )


# --- Signed notes --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Key:
    public: bytes
    after_size: int = 0
    until_size: int | None = None  # of the root log

    def signs(self, root_size: int) -> bool:
        return self.after_size < root_size and (self.until_size is None or root_size <= self.until_size)

    def id_for(self, name: str) -> bytes:
        return hashlib.sha256(name.encode() + b"\n\x01" + self.public).digest()[:4]


def key_of(vkey: str) -> tuple[str, bytes]:
    """Name and public key of a vkey `<name>+<hex key id>+<base64>`. Raises: Unreadable."""
    name, _, rest = vkey.strip().partition("+")
    hexed, _, encoded = rest.partition("+")
    try:
        raw = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != 33 or raw[0] != 1 or Key(raw[1:]).id_for(name).hex() != hexed:
        raise Unreadable(f"This is no vkey of an Ed25519 key: {vkey[:120]}")
    return name, raw[1:]


def opened(note: str, name: str, public: bytes) -> str:
    """The text of a note signed under this name by this key. Raises: ValueError."""
    text, separator, tail = note.rpartition("\n\n")
    if not separator or not tail.endswith("\n") or any(ord(c) < 32 and c != "\n" for c in note):
        raise ValueError("it is no signed note")
    lines = tail[:-1].split("\n")
    if len(lines) > 16 or not all(line.startswith("\u2014 ") for line in lines):
        raise ValueError("its signature lines are malformed")
    text += "\n"
    for line in lines:
        signer, _, encoded = line[2:].partition(" ")
        raw = base64.b64decode(encoded, validate=True)
        if signer == name and raw[:4] == Key(public).id_for(name):
            try:
                Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], text.encode())
            except InvalidSignature:
                raise ValueError("its signature does not fit its text") from None
            return text
    raise ValueError(f"it is not signed by “{name}” with the expected key")


def checkpoint_of(text: str) -> tuple[str, int, bytes]:
    """Origin, size and root. Raises: ValueError."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not re.fullmatch(r"0|[1-9][0-9]{0,17}", lines[1]):
        raise ValueError("its text is no checkpoint")
    root = base64.b64decode(lines[2], validate=True)
    if len(root) != 32:
        raise ValueError("its root has not 32 bytes")
    return lines[0], int(lines[1]), root


def epoch_of(origin: str) -> int:
    found = re.search(f"({EPOCH})$", origin)
    return int(found[1][2:]) if found else 1


def head_in(note: str, keys: list[Key], check: str, file: str, line: int | None = None) -> tuple[str, int, bytes, Key]:
    """Origin, size, root and signing key of a checkpoint signed by one of the keys."""
    problem = "no key is known"
    for key in keys:
        try:
            origin = note.partition("\n")[0]
            return *checkpoint_of(opened(note, origin, key.public)), key
        except ValueError as error:  # also malformed base64
            problem = str(error)
    raise Tampered(check, file, problem, line)


# --- Timestamps (RFC 3161) -----------------------------------------------------------------------------------------

SHA256_OID = bytes.fromhex("608648016503040201")
DIGESTS = {SHA256_OID: "sha256", SHA256_OID[:-1] + b"\2": "sha384", SHA256_OID[:-1] + b"\3": "sha512"}
SIGNED_DATA, TST_INFO = bytes.fromhex("2a864886f70d010702"), bytes.fromhex("2a864886f70d0109100104")
CONTENT_TYPE, MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010903"), bytes.fromhex("2a864886f70d010904")
SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2 = (
    bytes.fromhex("2a864886f70d010910020c"), bytes.fromhex("2a864886f70d010910022f"),
)  # fmt: skip
RSA_PSS = bytes.fromhex("2a864886f70d01010a")
SIGNED_WITH = {
    **{
        bytes.fromhex("2a864886f70d0101" + n): name
        for n, name in (("0b", "sha256"), ("0c", "sha384"), ("0d", "sha512"))
    },
    **{bytes.fromhex("2a8648ce3d0403" + n): name for n, name in (("02", "sha256"), ("03", "sha384"), ("04", "sha512"))},
}
MOST_CERTIFICATES = 8
Piece = tuple[int, bytes, bytes]  # tag, content, all of it


def der(raw: bytes, *tags: int) -> list[Piece]:
    """The pieces that stand one after the other, the first of them with these tags. Raises: ValueError."""
    pieces, at = [], 0
    try:
        while at < len(raw):
            length, begin = raw[at + 1], at + 2
            if length & 0x80:
                count = length & 0x7F
                length, begin = int.from_bytes(raw[begin : begin + count], "big"), begin + count
                if not 0 < count <= 4:
                    raise ValueError("its lengths are not those of DER")
            if begin + length > len(raw) or raw[at] & 0x1F == 0x1F:
                raise ValueError("it is cut")
            pieces.append((raw[at], raw[begin : begin + length], raw[at : begin + length]))
            at = begin + length
    except IndexError:
        raise ValueError("it is cut") from None
    if tuple(tag for tag, _, _ in pieces[: len(tags)]) != tags:
        raise ValueError("it is built otherwise than a timestamp")
    return pieces


@dataclass(frozen=True)
class Timestamp:
    """What a token says, and what is needed to find out whether it was signed so."""

    imprint: bytes  # SHA-256 of what was stamped
    at: datetime
    nonce: int | None
    content: bytes
    certificates: list[x509.Certificate]
    signer: list[Piece]


def timestamp_of(token: bytes) -> Timestamp:
    """Reads a token; its signature is not looked at. Raises: ValueError."""
    (_, whole, _), *rest = der(token, 0x30)
    kind, wrapped, *_ = der(whole, 0x06, 0xA0)
    if rest or kind[1] != SIGNED_DATA:
        raise ValueError("it is no signed data")
    _, _, inner, *others = der(der(wrapped[1], 0x30)[0][1], 0x02, 0x31, 0x30)
    kind, wrapped, *_ = der(inner[1], 0x06, 0xA0)
    if kind[1] != TST_INFO:
        raise ValueError("it is no timestamp")
    content = der(wrapped[1], 0x04)[0][1]
    signers = [piece for piece in others if piece[0] == 0x31]
    bags = [piece for piece in others if piece[0] == 0xA0]
    if len(signers) != 1 or len(der(signers[0][1], 0x30)) != 1:
        raise ValueError("it is not signed by exactly one authority")
    info = der(der(content, 0x30)[0][1], 0x02, 0x06, 0x30, 0x02, 0x18)
    algorithm, imprint, *_ = der(info[2][1], 0x30, 0x04)
    if der(algorithm[1], 0x06)[0][1] != SHA256_OID:
        raise ValueError("it stamps no SHA-256")
    numbers = [int.from_bytes(piece[1], "big", signed=True) for piece in info[5:] if piece[0] == 0x02]
    certificates = [x509.load_der_x509_certificate(c[2]) for bag in bags for c in der(bag[1]) if c[0] == 0x30]
    signer = der(der(signers[0][1], 0x30)[0][1], 0x02)
    return Timestamp(imprint[1], _general_time(info[4][1]), next(iter(numbers), None), content, certificates, signer)


def _general_time(raw: bytes) -> datetime:
    found = re.fullmatch(rb"(\d{14})(\.\d{1,9})?Z", raw)
    if not found:
        raise ValueError("its time is malformed")
    return datetime.strptime(found[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def authority_of(stamp: Timestamp, trusted: list[x509.Certificate]) -> str:
    """The name of the authority that signed, found to be trusted at the time of the timestamp. Raises: ValueError."""
    sid, digest_algorithm, attributes, algorithm, signature, *_ = stamp.signer[1:]
    if (digest_algorithm[0], attributes[0], algorithm[0], signature[0]) != (0x30, 0xA0, 0x30, 0x04):
        raise ValueError("its signature is malformed")
    digest = DIGESTS.get(der(digest_algorithm[1], 0x06)[0][1])
    if digest is None:
        raise ValueError("its digest is of a kind that is too weak or unknown")
    certificate = _signer(sid, [*trusted, *stamp.certificates])
    told = {der(each[1], 0x06, 0x31)[0][1]: der(each[1])[1][1] for each in der(attributes[1])}
    if told.get(CONTENT_TYPE, b"")[2:] != TST_INFO:
        raise ValueError("it signs something else than a timestamp")
    if der(told.get(MESSAGE_DIGEST, b""), 0x04)[0][1] != hashlib.new(digest, stamp.content).digest():
        raise ValueError("its content is not what was signed")
    _require_named(certificate, told)
    signed = b"\x31" + attributes[2][1:]  # RFC 5652, 5.4: signed as a SET, not under its tag
    _require_signature(certificate, der(algorithm[1], 0x06)[0][1], digest, signature[1], signed)
    _require_purpose(certificate)
    _require_chain(certificate, stamp, trusted)
    return certificate.subject.rfc4514_string()


def _signer(sid: Piece, known: list[x509.Certificate]) -> x509.Certificate:
    for each in known:
        if sid[0] == 0x30:
            issuer, serial, *_ = der(sid[1], 0x30, 0x02)
            if each.issuer.public_bytes() == issuer[2] and each.serial_number == int.from_bytes(serial[1], "big"):
                return each
        elif sid[0] == 0x80 and x509.SubjectKeyIdentifier.from_public_key(each.public_key()).digest == sid[1]:
            return each
    raise ValueError("the certificate of its signer is not there")


def _require_named(certificate: x509.Certificate, told: dict[bytes, bytes]) -> None:
    """The signature names the certificate by its hash (RFC 5035), so that no other can be put in its place."""
    if SIGNING_CERTIFICATE_V2 in told:
        entry = der(der(der(told[SIGNING_CERTIFICATE_V2], 0x30)[0][1], 0x30)[0][1], 0x30)[0][1]
        parts = der(entry)
        digest = "sha256"
        if parts and parts[0][0] == 0x30:
            digest = DIGESTS.get(der(parts[0][1], 0x06)[0][1], "")
            parts = parts[1:]
    elif SIGNING_CERTIFICATE in told:
        parts = der(der(der(der(told[SIGNING_CERTIFICATE], 0x30)[0][1], 0x30)[0][1], 0x30)[0][1])
        digest = "sha1"
    else:
        parts, digest = [], ""
    raw = certificate.public_bytes(Encoding.DER)
    if not digest or not parts or parts[0][1] != hashlib.new(digest, raw, usedforsecurity=False).digest():
        raise ValueError("its signature is not made for the certificate of its signer")


def _require_signature(certificate: x509.Certificate, kind: bytes, digest: str, signature: bytes, text: bytes) -> None:
    key = certificate.public_key()
    used = getattr(hashes, SIGNED_WITH.get(kind, digest).upper())()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            pss = padding.PSS(padding.MGF1(used), padding.PSS.AUTO)
            key.verify(signature, text, pss if kind == RSA_PSS else padding.PKCS1v15(), used)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, text, ec.ECDSA(used))
        elif isinstance(key, Ed25519PublicKey):
            key.verify(signature, text)
        else:
            raise ValueError("it is signed by a key of an unknown kind")
    except InvalidSignature:
        raise ValueError("its signature does not fit") from None


def _require_purpose(certificate: x509.Certificate) -> None:
    try:
        purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        purposes = None
    if purposes is None or list(purposes.value) != [x509.oid.ExtendedKeyUsageOID.TIME_STAMPING]:
        raise ValueError("its signer's certificate is not one for timestamps")


def _require_chain(certificate: x509.Certificate, stamp: Timestamp, trusted: list[x509.Certificate]) -> None:
    """From the signer to a certificate the auditor gave, each valid at the time of the timestamp."""
    for _ in range(MOST_CERTIFICATES):
        if not certificate.not_valid_before_utc <= stamp.at <= certificate.not_valid_after_utc:
            name = certificate.subject.rfc4514_string()
            raise ValueError(f"the certificate of {name} was not valid at {stamp.at.isoformat()}")
        if certificate in trusted:
            return
        known = [*trusted, *stamp.certificates]
        certificate = next((each for each in known if _issued(each, certificate)), None)
        if certificate is None:
            break
    raise ValueError("its signer is not certified by an authority you gave")


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
        return issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False


# --- The bundle ----------------------------------------------------------------------------------------------------


class Bundle:
    """The files of a bundle, found to be what its manifest says (V1)."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
            infos = self._zip.infolist()
        except (OSError, zipfile.BadZipFile, ValueError) as error:
            raise Unreadable(f"{path} can not be read as a zip file: {error}") from None
        names = [info.filename for info in infos]
        for info in infos:
            if info.filename not in FILES and not re.fullmatch(r"anchors/[0-9a-z.-]{1,80}", info.filename):
                raise Tampered("V1", info.filename[:120], "a file that does not belong into a bundle")
            if info.file_size > MOST_RATIO * max(info.compress_size, 1024):
                raise Tampered("V1", info.filename, "compressed beyond measure; a bomb, not evidence")
        if len(set(names)) != len(names):
            raise Tampered("V1", "MANIFEST.json", "a file is there twice")
        if sum(info.file_size for info in infos) > MOST_BYTES:
            raise Unreadable("The bundle is larger than this program reads.")
        if lacking := FILES - set(names):
            raise Tampered("V1", sorted(lacking)[0], "the file is missing")
        self._keep = sum(info.file_size for info in infos) <= KEPT_BYTES
        self._kept: dict[str, bytes] = {}
        self.manifest = read(self.bytes("MANIFEST.json"), "V1", "MANIFEST.json", longest=10**7)
        self._compare(set(names))

    def bytes(self, name: str) -> bytes:
        if name not in self._kept:
            raw = self._unpacked(name)
            if not self._keep:
                return raw
            self._kept[name] = raw
        return self._kept[name]

    def _unpacked(self, name: str) -> bytes:
        whole = io.BytesIO()
        try:
            with self._zip.open(name) as member:
                shutil.copyfileobj(member, whole, 2**18)
            return whole.getvalue()
        except (zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError, zlib.error, lzma.LZMAError) as error:
            raise Tampered("V1", name, f"it can not be unpacked: {error}") from None

    def text(self, name: str) -> str:
        try:
            return self.bytes(name).decode()
        except UnicodeDecodeError:
            raise Tampered("V1", name, "it is no text") from None

    def lines(self, name: str, begin: int = 0, end: int | None = None, number: int = 1) -> Iterator[tuple[int, bytes]]:
        """(number, line without its break), from the byte `begin` to `end`; the last line ends in a break too."""
        raw = self.bytes(name)
        if raw and not raw.endswith(b"\n"):
            raise Tampered("V1", name, "the last line is cut")
        end = len(raw) if end is None else end
        while begin < end:
            after = raw.find(b"\n", min(begin + 2**20, end - 1)) + 1  # not all at once, which would take much memory
            rows = raw[begin : after - 1].split(b"\n")
            yield from enumerate(rows, number)
            begin, number = after, number + len(rows)

    def _compare(self, names: set[str]) -> None:
        wrong = Tampered("V1", "MANIFEST.json", "it is no manifest of a bundle this program knows")
        try:
            if self.manifest["format"] != FORMAT:
                raise wrong
            listed = {entry["name"]: (entry["size"], entry["sha256"]) for entry in self.manifest["files"]}
        except (KeyError, TypeError):
            raise wrong from None
        if set(listed) != names - {"MANIFEST.json"}:
            odd = sorted(set(listed) ^ (names - {"MANIFEST.json"}))[0]
            raise Tampered("V1", str(odd), "the manifest and the files differ")
        largest_first = sorted(listed, key=lambda name: -self._zip.getinfo(name).file_size)
        with ThreadPoolExecutor(2) as threads:  # unpacking and hashing leave the interpreter to the other one
            found = {name: threads.submit(self._fingerprint, name) for name in largest_first}
        for name in sorted(listed):
            if found[name].result() != listed[name]:
                raise Tampered("V1", name, "its size or SHA-256 is not the one in the manifest")

    def _fingerprint(self, name: str) -> tuple[int, str]:
        raw = self.bytes(name)
        return len(raw), hashlib.sha256(raw).hexdigest()


Brought = tuple[str, str]  # name and text of a file the auditor holds


class Verifier:
    def __init__(
        self,
        bundle: Bundle,
        vkeys: list[str],
        outside: list[tuple[str, str]],
        receipts: list[tuple[str, str]],
        authorities: list[x509.Certificate] | None = None,
        two_processes: bool = False,
    ):
        self.two_processes = two_processes
        self.bundle, self.outside, self.receipts, self.authorities = bundle, outside, receipts, authorities or []
        self.result = Result()
        given = [key_of(vkey) for vkey in vkeys]
        if len({name for name, _ in given}) != 1:
            raise Unreadable("Give one or more keys (--vkey) of one and the same installation.")
        self.origin = given[0][0]
        self.lost: list[tuple[str, str, int]] = []  # heads the auditor holds of what a restore may have lost
        self._given = [public for _, public in given]
        self.asked: dict[int, list[tuple[bytes, str, str, int | None]]] = {}  # size -> (root, check, file, line)

    def run(self) -> Result:
        self._keys()
        self._root_log()
        self._seal()
        self._old_checkpoints()
        self._brought()
        self._anchors()
        self._trail()
        self._times()
        self._state()
        self._receipts()
        self._restores()
        return self.result

    def _note(self, text: str) -> None:
        self.result.done.append(text)

    # V2

    def _keys(self) -> None:
        """The keys that may sign, with their ranges: those given, and those joined to them by endorsements.

        A key before yours can vouch for nothing by itself: all it signed has to fit what your key has signed.
        """
        told = read(self.bundle.bytes("keys.json"), "V2", "keys.json", longest=10**7)
        try:
            rows = [(bytes.fromhex(k["public"]), int(k["after_size"]), str(k["endorsement"])) for k in told["keys"]]
            origin = told["origin"]
        except (KeyError, TypeError, ValueError):
            raise Tampered("V2", "keys.json", "it is no list of keys") from None
        if origin != self.origin:
            raise Tampered("V2", "keys.json", f"the bundle comes from “{origin}”, your key from “{self.origin}”")
        if not rows or not any(public in self._given for public, _, _ in rows):
            raise Tampered("V2", "keys.json", "the key you gave never signed this trail")
        for (old, before, _), (public, after, endorsement) in itertools.pairwise(rows):
            if after < before:
                raise Tampered("V2", "keys.json", "the keys are not in their order")
            self._endorsed(old, public, after, endorsement)
        ends = [after for _, after, _ in rows[1:]] + [None]
        self.keys = [Key(public, after, end) for (public, after, _), end in zip(rows, ends, strict=True)]

    def _endorsed(self, old: bytes, public: bytes, after: int, endorsement: str) -> None:
        try:
            text = opened(endorsement, self.origin, old)
        except ValueError as error:
            raise Tampered("V2", "keys.json", f"the endorsement of a key: {error}") from None
        if text != f"{ROTATION}\n{self.origin}\n{after}\n{base64.b64encode(public).decode()}\n":
            raise Tampered("V2", "keys.json", "a key is not the one its endorsement names")

    def _require_range(self, key: Key, root_size: int, file: str, line: int | None = None) -> None:
        if not key.signs(root_size):
            raise Tampered("V2", file, "signed by a key outside its range: it was not in use yet, or is retired", line)

    # V3

    def _root_log(self) -> None:
        note = self.bundle.text("root.note")
        origin, self.root_size, self.root, key = head_in(note, self.keys, "V2", "root.note")
        self.root_origin = origin
        if not self._is_root(origin):
            raise Tampered("V2", "root.note", f"it is a note of “{origin}”, not of “{self.origin}”")
        self._require_range(key, self.root_size, "root.note")
        raw = self.bundle.bytes("root.hashes")
        if len(raw) != 32 * self.root_size or not self.root_size:
            raise Tampered("V3", "root.hashes", f"it holds not {self.root_size} hashes")
        self.seals = [raw[at : at + 32] for at in range(0, len(raw), 32)]
        if root_of(self.seals) != self.root:
            raise Tampered("V3", "root.hashes", "the seals do not lead to the signed root")

    def _seal(self) -> None:
        raw = self.bundle.bytes("seal.json")
        seal = read(raw, "V3", "seal.json")
        if leaf(raw) != self.seals[-1] or not isinstance(seal, dict) or seal.get("seal") != self.root_size - 1:
            raise Tampered("V3", "seal.json", "it is not the last leaf of the root log")
        self.sealed_at = str(seal.get("at"))
        proof = read(self.bundle.bytes("heads.json"), "V3", "heads.json")
        try:
            line, path = str(proof["line"]), [bytes.fromhex(each) for each in proof["path"]]
            reached = root_by_path(int(proof["index"]), int(proof["count"]), leaf(line.encode()), path)
            count = int(proof["count"])
            self.log, size, encoded = line.removesuffix("\n").split(" ")
            sealed_size, sealed_root = int(size), base64.b64decode(encoded, validate=True)
        except (KeyError, TypeError, ValueError):
            raise Tampered("V3", "heads.json", "it is no proof of a head") from None
        if reached is None or reached.hex() != seal.get("heads") or count != seal.get("logs"):
            raise Tampered("V3", "heads.json", "the head of this log is not among those the seal commits to")
        note = self.bundle.text("log.note")
        self.log_origin, self.size, self.log_root, _ = head_in(note, self.keys, "V2", "log.note")
        if not re.fullmatch(re.escape(f"{self.origin}/{self.log}") + r"(/e[0-9]+)?", self.log_origin):
            raise Tampered("V2", "log.note", f"it is a note of “{self.log_origin}”, not of log {self.log}")
        if (self.size, self.log_root) != (sealed_size, sealed_root):
            raise Tampered("V3", "log.note", "the signed head is not the one in the last seal")
        if self.bundle.manifest.get("log") != self.log:
            raise Tampered("V3", "MANIFEST.json", "it names another log")
        self.pruned = self.bundle.manifest.get("pruned", 0)
        if type(self.pruned) is not int or not 0 <= self.pruned < self.size:
            raise Tampered("V4", "MANIFEST.json", "it says that more events were pruned than there are")
        self._note(f"{self.size} events of {self.log_origin}, in seal {self.root_size} of {self.sealed_at}.")

    # V5

    def _expect(self, size: int, root: bytes, check: str, file: str, line: int | None = None) -> None:
        if size > self.size:
            raise Tampered(check, file, f"it speaks of {size} events, but the bundle ends at {self.size}", line)
        self.asked.setdefault(size, []).append((root, check, file, line))

    def _old_checkpoints(self) -> None:
        last = (-1, -1)
        for number, raw in self.bundle.lines("checkpoints.jsonl"):
            row = read(raw, "V5", "checkpoints.jsonl", number)
            try:
                told_size, seal, note = int(row["size"]), int(row["seal"]), str(row["note"])
            except (KeyError, TypeError, ValueError):
                raise Tampered("V5", "checkpoints.jsonl", "it is no checkpoint", number) from None
            origin, size, root, key = head_in(note, self.keys_since(seal + 1), "V2", "checkpoints.jsonl", number)
            self._require_range(key, seal + 1, "checkpoints.jsonl", number)
            if not origin.startswith(f"{self.origin}/{self.log}"):
                raise Tampered("V5", "checkpoints.jsonl", f"a checkpoint of another log, {origin}", number)
            if size != told_size or (size, seal) <= last or seal >= self.root_size:
                raise Tampered("V5", "checkpoints.jsonl", "the checkpoints are not in their order", number)
            self._expect(size, root, "V5", "checkpoints.jsonl", number)
            last = (size, seal)
        if last[0] != self.size:
            raise Tampered("V5", "checkpoints.jsonl", "the newest checkpoint is missing")

    def keys_since(self, root_size: int) -> list[Key]:
        """The key in use at that size of the root log; all of them, to say which it was, if there is none."""
        return [k for k in self.keys if k.signs(root_size)] or self.keys

    def _brought(self) -> None:
        for name, note in self.outside:
            origin, size, root, _ = head_in(note, self.keys, "V5", name)
            if self._is_lost(origin, size, root):
                self.lost.append((name, origin, size))
                continue
            if self._is_root(origin):
                if size > self.root_size:
                    raise Tampered("V5", name, f"you hold a head of {size} seals, the bundle ends at {self.root_size}")
                if root_of(self.seals[:size]) != root:
                    raise Tampered("V5", name, "you hold a head that is no beginning of this trail: it was rewritten")
            elif origin.startswith(f"{self.origin}/{self.log}"):
                self._expect(size, root, "V5", name)
            else:
                raise Tampered("V5", name, f"it is a head of “{origin}”, which this bundle is not about")
            self.result.outside.append(f"{name}: {size} {'seals' if self._is_root(origin) else 'events'} of {origin}")

    # V5, after a restore: the names of all logs end in /e2, their trees go on from where the backup ended

    def _is_root(self, origin: str) -> bool:
        return origin == self.origin or re.fullmatch(re.escape(self.origin) + EPOCH, origin) is not None

    def _is_lost(self, origin: str, size: int, root: bytes) -> bool:
        """Whether it is a head of an earlier epoch that this trail does not begin with."""
        own = re.fullmatch(re.escape(f"{self.origin}/{self.log}") + f"({EPOCH})?", origin) is not None
        if not (own or self._is_root(origin)) or epoch_of(origin) >= epoch_of(self.root_origin):
            return False
        raw = self.bundle.bytes("log.hashes" if own else "root.hashes")
        leaves = [raw[at : at + 32] for at in range(0, 32 * size, 32)]
        return 32 * size > len(raw) or root_of(leaves) != root

    def _restores(self) -> None:
        """Each epoch begins with an event that tells where the one before was closed, and what is lost."""
        told: dict[int, tuple[int, int, int]] = {}  # epoch that was closed -> seals and events kept, seals published
        for number, raw in self.bundle.lines("events.jsonl") if epoch_of(self.log_origin) > 1 else ():
            if b'"act":"log.restored"' in raw:
                found = RESTORED.search(self._reason(raw))
                if found is None or self.origin != found[4].removesuffix(f"/e{found[1]}"):
                    raise Tampered("V5", "events.jsonl", "it does not say what was lost in the restore", number)
                told[int(found[1])] = (int(found[2]), int(found[3]), int(found[5]))
        began: dict[int, int] = {}  # epoch -> size of its first head
        for row in (json.loads(raw) for _, raw in self.bundle.lines("checkpoints.jsonl")):
            began.setdefault(epoch_of(row["note"].partition("\n")[0]), row["size"])
        pruned = {epoch for epoch in began if began.get(epoch + 1, self.size) <= self.pruned}
        for epoch in range(min(began), max(began)):
            if epoch not in told and epoch in pruned:
                self.result.unchecked.append(f"what was lost when epoch {epoch} ended; what told it was pruned")
                continue
            if epoch not in told:
                raise Tampered("V5", "events.jsonl", f"epoch {epoch} of this log ended, and no event tells why")
            kept, events, published = told[epoch]
            lost = (
                f"the database was set back after {kept} seals ({events} events here); {published} had been published"
            )
            self.result.unchecked.append(f"what was recorded in between is lost: {lost}")
        for name, origin, size in self.lost:
            if epoch_of(origin) not in told and epoch_of(origin) in pruned:
                untold = f"{name}: this head of an earlier epoch is no beginning of the trail"
                self.result.warnings.append(f"V5: {untold}; the event that told what was lost then was pruned.")
                continue
            kept, events, published = told.get(epoch_of(origin), (0, 0, 0))
            root = self._is_root(origin)
            if epoch_of(origin) not in told or size <= (kept if root else events) or (root and size > published):
                raise Tampered("V5", name, "you hold a head that is no beginning of this trail: it was rewritten")
            lost = f"{size} {'seals' if root else 'events'} were signed, {kept if root else events} were kept"
            self.result.warnings.append(f"V5: {name}: what this head speaks of was lost in a restore; {lost}.")

    def _reason(self, raw: bytes) -> str:
        uid = json.loads(raw)["id"]
        for _, row in self.bundle.lines("private.jsonl"):
            if uid.encode() in row and (told := json.loads(row))["event"] == uid and told["path"] == "/reason":
                return json.loads(told["value"] or '""')
        return ""

    # V6

    def _anchors(self) -> None:
        """Notes and timestamps of the root log that were given to others at their time."""
        names = sorted(entry["name"] for entry in self.bundle.manifest["files"] if entry["name"].startswith("anchors/"))
        found = {name: ANCHOR.fullmatch(name) for name in names}
        sizes = {name: int(match[1]) for name, match in found.items() if match}
        tree = Tree(b"".join(self.seals))
        for name, size in sizes.items():
            if size > self.root_size:
                raise Tampered("V6", name, f"an anchor of {size} seals, but the bundle ends at {self.root_size}")
            rest = f"\n{size}\n{base64.b64encode(tree.root(size)).decode()}\n"
            epochs = range(2, epoch_of(self.root_origin) + 1)
            texts = [origin + rest for origin in (self.origin, *(f"{self.origin}/e{n}" for n in epochs))]
            if name.endswith(".tst"):
                self._timestamp(name, size, texts)
            elif self.bundle.text(name).rpartition("\n\n")[0] + "\n" not in texts:
                raise Tampered("V6", name, "an anchor that is no beginning of this trail: it was rewritten")
            else:
                head_in(self.bundle.text(name), self.keys_since(size), "V6", name)
        if checked := len(sizes) - len(self.result.unchecked):
            self._note(f"{checked} anchors, each of a beginning of this trail.")
        unknown = [name for name in names if not found[name]]
        self.result.unchecked += [f"{name}: an anchor of a kind this program does not know" for name in unknown]

    def _timestamp(self, name: str, size: int, texts: list[str]) -> None:
        if not self.authorities:
            self.result.unchecked.append(f"{name}: bring the certificates of its authority with --tsa")
            return
        try:
            stamp = timestamp_of(self.bundle.bytes(name))
            if stamp.imprint not in [hashlib.sha256(text.encode()).digest() for text in texts]:
                raise ValueError("it is a timestamp of something else than this trail's head")
            authority = authority_of(stamp, self.authorities)
        except (ValueError, TypeError, LookupError, UnsupportedAlgorithm) as error:
            raise Tampered("V6", name, str(error) or "it is no timestamp") from None
        self.result.outside.append(f"{name}: {size} seals of {self.origin}, at {stamp.at.isoformat()} by {authority}")

    # V4

    def _log_hashes(self) -> None:
        """The hashes of all events, found to lead to the signed head and to every older one."""
        tree = Tree(self.hashes)
        if tree.root(self.size) != self.log_root:
            raise Tampered("V4", "log.hashes", "the hashes of the events do not lead to the signed root")
        for size in sorted(self.asked):
            own = tree.root(size)
            for root, check, file, line in self.asked[size]:
                if root != own:
                    told = f"this head of {size} events is no beginning of the log: it was rewritten or forked"
                    raise Tampered(check, file, told, line)

    # V4, V7, V8, V9

    def _trail(self) -> None:
        """Every event with its changes and hidden values: by two processes, and by one if anything is amiss there."""
        self.hashes = self.bundle.bytes("log.hashes")
        if len(self.hashes) != 32 * self.size:
            raise Tampered("V4", "log.hashes", f"it holds not {self.size} hashes")
        whole = self._by_two() if self.two_processes and self.size >= WORTH_TWO_PROCESSES else None
        if whole is None:
            self._log_hashes()
            whole = Stretch(self)
            whole.check()
            whole.require_nothing_left()
        self.events, self.objects = whole.events, whole.objects
        self.result.erased = len(whole.gone)
        if self.pruned:
            self._require_pruning(whole)
        self._note(f"Signed heads, each a beginning of this log: {sum(map(len, self.asked.values()))}.")
        self._note(f"{self.size} events in their order; {len(self.objects)} objects, each change fits the one before.")

    def _require_pruning(self, whole: Stretch) -> None:
        if self.pruned not in whole.prunings:
            what = f"the first {self.pruned} events are missing, and no event tells that they were pruned"
            raise Tampered("V4", "events.jsonl", what)
        at, until, basis = whole.prunings[self.pruned]
        self.result.pruned = (
            f"What the first {self.pruned} events said: they were kept until {until}, and pruned on {at[:10]} "
            f"({basis}). Only their hashes remain; that they were these events, in this order, is proven."
        )

    def _by_two(self) -> Stretch | None:
        """The trail, found good by two processes that check one half each; None if it has to be checked by one.

        Which failure comes first cannot be said here: then all is checked again, in order.
        """
        parts = halves(self.bundle)
        if parts is None or "fork" not in multiprocessing.get_all_start_methods():
            return None
        context = multiprocessing.get_context("fork")
        receiving, sending = context.Pipe(duplex=False)
        helper = context.Process(target=tell_half, args=(self, parts[1], sending))
        helper.start()
        sending.close()
        try:
            self._log_hashes()
            half = Stretch(self, parts[0])
            half.check()
            half.join(receiving.recv())
            half.require_nothing_left()
        except (Tampered, Unreadable, EOFError):
            return None
        finally:
            helper.kill()
            helper.join()
        return half

    def actors(self) -> set[bytes]:
        found: set[bytes] = set()
        for number, raw in self.bundle.lines("actors.jsonl"):
            row = read(raw, "V7", "actors.jsonl", number)
            ref = str(row.get("ref")).encode() if isinstance(row, dict) else b""
            if ref in found or not UUID.match(ref.decode()):
                raise Tampered("V7", "actors.jsonl", "it is no actor, or is there twice", number)
            found.add(ref)
        return found

    # V11

    def _times(self) -> None:
        times, before = list(self.events.values()), None
        if times == sorted(times):
            return
        for number, at in enumerate(times, 1):
            before = self._time(at.decode(), before, number)

    def _time(self, at: str, before: datetime | None, number: int) -> datetime:
        now = datetime.fromisoformat(at)
        if before is not None and (before - now).total_seconds() > BACKWARDS_SECONDS:
            self.result.warnings.append(f"V11: events.jsonl, line {number}: the clock was set back to {at}.")
        return max(now, before) if before else now

    # V8

    def _state(self) -> None:
        raw = self.bundle.bytes("state.json")
        if raw == state_of(self.objects):
            return
        told = read(raw, "V8", "state.json", longest=10**9)
        replayed = json.loads(state_of(self.objects))
        if told != replayed:
            odd = next((k for k in sorted({*replayed, *told}) if told.get(k) != replayed.get(k)), "")
            raise Tampered("V8", "state.json", f"the state of {odd} is not what the changes lead to")

    # V10

    def _receipts(self) -> None:
        uids = enumerate(self.events, self.pruned) if self.receipts else ()
        leaves = {uid.decode(): self.hashes[32 * seq : 32 * seq + 32].hex() for seq, uid in uids}
        pruned = {self.hashes[at : at + 32].hex() for at in range(0, 32 * self.pruned, 32)} if self.receipts else ()
        for name, note in self.receipts:
            text = None
            for key in self.keys:
                try:
                    text = opened(note, f"{self.origin}/receipt", key.public)
                    break
                except ValueError:
                    continue
            lines = (text or "").split("\n")
            if len(lines) != 6 or lines[0] != RECEIPT or lines[1] != self.log_origin:
                raise Tampered("V10", name, "it is no receipt for an event of this log")
            if leaves.get(lines[2]) != lines[3] and lines[3] not in pruned:
                raise Tampered("V10", name, f"the event {lines[2]} it confirms is not in the trail, or is another one")
            self._note(f"The event of receipt {name} is in the trail.")


# --- The events, their changes and hidden values -------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """A part of the trail: lines and bytes where it begins and ends; None stands for the end of the file."""

    events: tuple[int, int | None] = (0, None)
    private: tuple[int, int | None] = (0, None)
    first_event: int = 0
    first_private: int = 0


class Stretch:
    """Some events in a row. Of what lies before them it only remembers what has to hold there, for `join`."""

    def __init__(self, of: Verifier, part: Part | None = None) -> None:
        self.of, self.part = of, part or Part()
        self.events: dict[bytes, bytes] = {}  # id -> time, in their order
        self.objects: dict[tuple[bytes, bytes], list[Any]] = {}  # -> version, hash, values by name
        self.before: dict[tuple[bytes, bytes], list[Any]] = {}  # the same, as the first changes here tell it
        self.gone: list[tuple[bytes, int, str]] = []  # places of values that are gone; an erasure has to name them
        self.erasures: set[bytes] = set()
        self.prunings: dict[int, tuple[str, str, str]] = {}  # number of events -> when, kept until, basis
        self._stating = b""  # the event that states every object anew
        self.changes_from = self.changes_to = 0
        self._actors, self._seconds = of.actors(), set[bytes]()  # seconds known to exist

    def check(self) -> None:
        self._private()
        self._changes = self._changes_from_here()
        sha256, hashes, pop = hashlib.sha256, self.of.hashes, self.private.pop
        log, pruned = self.of.log.encode(), self.of.pruned
        seq = pruned + self.part.first_event - 1
        for number, raw in self.of.bundle.lines("events.jsonl", *self.part.events, self.part.first_event + 1):
            seq = pruned + number - 1
            if sha256(b"\x00" + raw).digest() != hashes[32 * seq : 32 * seq + 32]:
                what = f"the event with number {seq} is not the one that was sealed"
                raise Tampered("V4", "events.jsonl", what, number)
            at, actor, count, root, uid, label, told_log, reason = event_in(raw, number)
            if told_log != log:
                raise Tampered("V7", "events.jsonl", f"it is an event of another log, {told_log.decode()}", number)
            if uid in self.events:
                raise Tampered("V7", "events.jsonl", "an event is there twice", number)
            self.events[uid] = at
            if at[:19] not in self._seconds:
                self._second(at, number)
            if actor not in self._actors:
                raise Tampered("V7", "actors.jsonl", f"nobody stands behind the actor of event {uid.decode()}")
            if reason != b"null" and (opens := pop(b'"%b","path":"/reason"' % uid, None)) != reason:
                self._unopened(opens, uid, b"/reason", reason, "events.jsonl", number)
            if label != b"null" and (opens := pop(b'"%b","path":"/subject"' % uid, None)) != label:
                self._unopened(opens, uid, b"/subject", label, "events.jsonl", number)
            if count == 1:
                reached = self._change(uid, 0, number)
            else:
                leaves = [bytes.fromhex(self._change(uid, n, number).decode()) for n in range(count)]
                reached = root_of(leaves).hex().encode()
            if reached != root:
                told = f"these {count} changes are not those the event with number {seq} commits to"
                raise Tampered("V7", "changes.jsonl", told, self.changes_to - count + 1)
        if self.part.events[1] is None and seq + 1 != self.of.size:
            what = f"{seq + 1} events, but the signed head has {self.of.size}"
            raise Tampered("V4", "events.jsonl", what, seq - pruned + 2)

    def join(self, after: dict[str, Any]) -> None:
        """Take over what was found in the events after these. Raises: Tampered, where they do not fit together."""
        apart = Tampered("V8", "changes.jsonl", "the two halves do not fit together", after["changes_from"] + 1)
        if (
            self.changes_to != after["changes_from"]
            or self.private
            or not self.events.keys().isdisjoint(after["events"])
        ):
            raise apart
        for key, (version, head, values) in after["before"].items():
            known_version, known_head, known = self.objects.get(key, (0, b"", {}))
            if (known_version, known_head) != (version, head):
                raise apart
            if not all(same(known.get(name, b"null"), told) for name, told in values.items()):
                raise apart
        for key, (version, head, values) in after["objects"].items():
            self.objects[key] = [version, head, self.objects.get(key, (0, b"", {}))[2] | values]
        self.events |= after["events"]
        self.gone += after["gone"]
        self.erasures |= after["erasures"]
        self.prunings |= after["prunings"]
        self.private = after["private"]
        self.changes_to = after["changes_to"]
        self._changes = self._changes_from_here()

    def require_nothing_left(self) -> None:
        for number, _ in self._changes:
            raise Tampered("V7", "changes.jsonl", "a change that belongs to no event", number)
        for key in self.private:
            raise Tampered("V9", "private.jsonl", f"a value for {told_place(key)}, which has none")
        for key, line, file in self.gone:
            if key not in self.erasures:
                raise Tampered("V9", file, f"the value of {told_place(key)} is gone, and no erasure names it", line)

    def _second(self, at: bytes, number: int) -> None:
        try:
            date.fromisoformat(at[:10].decode())
        except ValueError:
            at = b""
        if not TIME.match(at.decode()):
            raise Tampered("V7", "events.jsonl", "its time or its changes are malformed", number)
        self._seconds.add(at[:19])

    # V9

    def _private(self) -> None:
        """The hidden values, as the commitments and digests they open."""
        self.private: dict[bytes, bytes | None] = {}
        for number, raw in self.of.bundle.lines("private.jsonl", *self.part.private, self.part.first_private + 1):
            key, opens = private_in(raw, number)
            if key in self.private:
                raise Tampered("V9", "private.jsonl", "a value is there twice", number)
            self.private[key] = opens

    def _unopened(self, opens: bytes | None, uid: bytes, path: bytes, told: bytes, file: str, line: int) -> None:
        """The commitment `told` is opened by another value, or by none, which an erasure has to name."""
        if not _is_commitment(told):
            raise Tampered("V7", file, f"{path.decode()} is no commitment", line)
        key = place(uid, path)
        if opens is not None:
            raise Tampered("V9", "private.jsonl", f"the value of {told_place(key)} is not the one committed to")
        self.gone.append((key, line, file))

    def _long(self, key: bytes, told: bytes) -> None:
        if key not in self.private:
            return
        opens = self.private.pop(key)
        if opens is None or not _is_digest(told):
            raise Tampered("V9", "private.jsonl", f"the value of {told_place(key)} was taken away")
        if opens != told:
            raise Tampered("V9", "private.jsonl", f"the value of {told_place(key)} is not the one in its line")

    # V7, V8

    def _changes_from_here(self) -> Iterator[tuple[int, bytes]]:
        at = offset_of(self.of.bundle.bytes("changes.jsonl"), self.changes_to)
        return self.of.bundle.lines("changes.jsonl", at, None, self.changes_to + 1)

    def _change(self, uid: bytes, n: int, event_line: int) -> bytes:
        """Hash of the next change, in hex."""
        number, raw = next(self._changes, (0, b""))
        self.changes_to = number
        if not number:
            what = f"change {n} of event {uid.decode()} (line {event_line}) is missing"
            raise Tampered("V7", "changes.jsonl", what)
        ident, kind, op, previous, version, shown, hidden = change_in(raw, number)
        key = kind, ident
        row = self.objects.get(key)
        if op == b"restate":
            row = self._stated(key, uid, version, previous, shown, number)
        if row is None:
            row = self.objects[key] = self._first(key, version, previous)
        if version != row[0] + 1 or previous != row[1] or (op == b"create") != (version == 1):
            what = f"version {version} of {kind.decode()} {ident.decode()} does not follow the one before"
            raise Tampered("V8", "changes.jsonl", what, number)
        values = row[2]
        for name, before, after in shown:
            known = values.get(name)
            if known is None:
                known = self._unset(key, name, before)
            if known != before and not same(known, before):
                what = f"{name.decode()} of {kind.decode()} {ident.decode()} was not what the line says before"
                raise Tampered("V8", "changes.jsonl", what, number)
            values[name] = after
            if after.startswith(b"{"):
                self._long(place(uid, b"/%d/%b" % (n, name)), after)
        for name, told in hidden:
            values[name] = told
            path = b"/%d/%b" % (n, name)
            if (opens := self.private.pop(place(uid, path), None)) != told:
                self._unopened(opens, uid, path, told, "changes.jsonl", number)
        row[0], row[1] = version, hashlib.sha256(b"\x00" + raw).hexdigest().encode()
        if kind == ERASURE and op == b"create":
            self._erase(shown, number)
        if kind == PRUNING and op == b"create":
            self._prune(uid, shown, number)
        return row[1]

    def _stated(
        self, key: tuple[bytes, bytes], uid: bytes, version: int, previous: bytes,
        shown: list[tuple[bytes, bytes, bytes]], number: int,
    ) -> list[Any]:  # fmt: skip
        """The object, which the event after a pruning states anew; what it was before is believed there alone."""
        if uid != self._stating or any(before != after for _, before, after in shown):
            raise Tampered("V8", "changes.jsonl", "it states an object anew where it must not, or otherwise", number)
        if key not in self.objects:
            first = self._first(key, version, previous)
            if self.of.pruned and self.of.pruned in self.prunings:
                first = [version - 1, previous, {name: before for name, before, _ in shown}]
            self.objects[key] = first
        return self.objects[key]

    def _prune(self, uid: bytes, shown: list[tuple[bytes, bytes, bytes]], number: int) -> None:
        told = {name: json.loads(after) for name, _, after in shown}
        try:
            events, until, at, basis = (told[name] for name in (b"events", b"kept_until", b"pruned_at", b"basis"))
            if type(events) is not int or not until < at[:10]:
                raise ValueError
        except (KeyError, TypeError, ValueError):
            raise Tampered("V8", "changes.jsonl", "it prunes events that had to be kept", number) from None
        self._stating, self.prunings[events] = uid, (at, until, basis)

    def _first(self, key: tuple[bytes, bytes], version: int, previous: bytes) -> list[Any]:
        """An object not seen before: new, or in a later stretch what its first change here says it was."""
        if not self.part.first_event:
            return [0, b"", {}]
        self.before[key] = [version - 1, previous, {}]
        return [version - 1, previous, {}]

    def _unset(self, key: tuple[bytes, bytes], name: bytes, before: bytes) -> bytes:
        if not self.part.first_event:
            return b"null"
        self.before[key][2][name] = before
        return before

    def _erase(self, shown: list[tuple[bytes, bytes, bytes]], number: int) -> None:
        try:
            paths = next(json.loads(after) for name, _, after in shown if name == b"paths")
            self.erasures |= {place(inner(each["event"]), inner(each["path"])) for each in paths}
        except (KeyError, TypeError, StopIteration):
            raise Tampered("V9", "changes.jsonl", "an erasure names nothing", number) from None


def told_place(key: bytes) -> str:
    uid, path = json.loads(b"[%b]" % key.replace(b',"path":', b",", 1))
    return f"{path} in event {uid}"


def state_of(objects: dict[tuple[bytes, bytes], list[Any]]) -> bytes:
    """The objects as canonical JSON, as state.json tells them."""
    kinds: dict[bytes, list[bytes]] = {}
    for (kind, key), (version, head, values) in sorted(objects.items()):
        told = b",".join([b'"%b":%b' % each for each in sorted(values.items())])
        row = b'"%b":{"head":"%b","values":{%b},"ver":%d}' % (key, head, told, version)
        kinds.setdefault(kind, []).append(row)
    return b"{%b}" % b",".join(b'"%b":{%b}' % (kind, b",".join(rows)) for kind, rows in kinds.items())


def offset_of(raw: bytes, line: int) -> int:
    """Where the line with this number, from 0, begins; the end if there are fewer."""
    at = 0
    for _ in range(line):
        at = raw.find(b"\n", at) + 1
        if not at:
            return len(raw)
    return at


def halves(bundle: Bundle) -> tuple[Part, Part] | None:
    """The trail cut in two near the middle of its hidden values. A guess, which the checks of both parts prove."""
    events, private = bundle.bytes("events.jsonl"), bundle.bytes("private.jsonl")
    middle = private.find(b"\n", int(len(private) * FIRST_PART)) + 1
    uid = private[middle + 10 : middle + 46]  # of the line {"event":"...
    private_at = private.find(b'{"event":"' + uid)
    found = events.find(b'"id":"%b"' % uid)
    if not middle or found < 0 or private_at < 0:
        return None
    at = events.rfind(b"\n", 0, found) + 1
    first = Part(events=(0, at), private=(0, private_at))
    counts = events.count(b"\n", 0, at), private.count(b"\n", 0, private_at)
    return first, Part((at, None), (private_at, None), *counts)


TOLD = ("events", "objects", "before", "gone", "erasures", "prunings", "private", "changes_from", "changes_to")


def tell_half(of: Verifier, part: Part, to: Any) -> None:
    """In a process of its own: check this part and send what was found; nothing if anything is amiss."""
    half = Stretch(of, part)
    counts = _count.finditer(of.bundle.bytes("events.jsonl"), 0, part.events[0])
    half.changes_from = half.changes_to = sum(int(found[1]) for found in counts)
    with contextlib.suppress(Tampered):
        half.check()
        to.send({name: getattr(half, name) for name in TOLD})


# --- Command line --------------------------------------------------------------------------------------------------


def report(result: Result, say: Callable[[str], None] = print) -> int:
    say("Checked:")
    for line in result.done:
        say(f"  {line}")
    say("Proven:")
    say("  No event of this log was changed, removed, inserted or moved since its seal by anybody without the key.")
    if result.outside:
        say("  Nor by anybody with the key, the operator included, up to what you hold from outside:")
        for line in result.outside:
            say(f"    {line}")
    say("Not proven:")
    if not result.outside:
        say("  Self-attested: you brought no checkpoint from outside. Whoever holds the key could have written the")
        say("  whole trail anew. Bring one with --checkpoint; every report and every anchor carries one.")
    say("  That an entry is true. That nothing was left out before it was sealed, unless you hold its receipt.")
    if result.erased:
        say(f"  What {result.erased} erased values said; each erasure is itself in the trail.")
    if result.pruned:
        say(f"  {result.pruned}")
    for line in result.unchecked:
        say(f"  Not checked: {line}.")
    for line in result.warnings:
        say(f"Warning: {line}")
    say("Result: good" + (", with warnings." if result.warnings else "."))
    return 3 if result.warnings else 0


def read_text(path: str) -> tuple[str, str]:
    try:
        return path, Path(path).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"{path} can not be read: {error}") from None


def read_certificates(path: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(Path(path).read_bytes())
    except (OSError, ValueError) as error:
        raise Unreadable(f"{path} holds no certificates in PEM: {error}") from None


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="Verify a trail bundle offline.",
        epilog="Exit: 0 good, 1 tampered with, 2 unreadable, 3 good with warnings.",
    )
    parser.add_argument("bundle", type=Path)
    parser.add_argument(
        "--vkey", action="append", required=True, help="Verification key; from the publisher, not the bundle."
    )
    parser.add_argument(
        "--checkpoint", action="append", default=[], metavar="FILE", help="A signed note you hold from earlier."
    )
    parser.add_argument("--receipt", action="append", default=[], metavar="FILE", help="A receipt you were given.")
    parser.add_argument(
        "--tsa", action="append", default=[], metavar="CERT.pem", help="Certificates of a timestamp authority."
    )
    given = parser.parse_args(arguments)
    try:
        authorities = [each for path in given.tsa for each in read_certificates(path)]
        outside, receipts = [read_text(p) for p in given.checkpoint], [read_text(p) for p in given.receipt]
        checker = Verifier(Bundle(given.bundle), given.vkey, outside, receipts, authorities, two_processes=True)
        return report(checker.run())
    except Tampered as failure:
        print(f"TAMPERED WITH: {failure}")
        return 1
    except Unreadable as problem:
        print(f"UNREADABLE: {problem}")
        return 2


if __name__ == "__main__":
    sys.exit(main())
