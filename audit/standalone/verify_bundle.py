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
import os
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
MOST_RATIO = 1000  # of a file's size to its compressed size
LONGEST_LINE, LONGEST_PRIVATE = 65_535, 10**9
GREATEST_INTEGER = 2**53 - 1
BACKWARDS_SECONDS = 120
CHUNK = LONGEST_LINE  # bytes whose lines are looked at together; few, so that all stays in the processor's cache
WORTH_PROCESSES, MOST_PROCESSES = 20_000, 8  # from so many events on
MOST_WITHOUT_VALUE = 20  # events in a row, where a place to cut is looked for
TREE_SHARE = 0.04  # of all the work between the processes
ROTATION, RECEIPT = "crispmlq/rotation/v1", "crispmlq/receipt/v1"
BACKSLASH = "\\"
COMMITMENT = b"crispmlq/commit/v1\x00"
ERASURE, PRUNING = "audit.erasure", "audit.pruning"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z\Z")
HASH = re.compile(r"[0-9a-f]{64}\Z")
EPOCH = r"/e[1-9][0-9]{0,4}"
RESTORED = re.compile(  # epoch, its seals and events here that were kept, and the last published note
    r"^epoch (\d{1,5}) closed at (\d{1,18}) seals, (\d{1,18}) events here; last published:\n(\S+)\n(\d{1,18})\n"
)
_counts = re.compile(rb'"changes":\{"n":([0-9]{1,9}),').findall
_at = re.compile(rb'"at":"([^"]*)"').search  # the first in a line: no other key has this name before it
_uid = re.compile(rb'[^\n]*?"id":"([0-9a-f-]{36})"').match
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
_nul = re.compile(r"(?<!\\)(?:\\\\)*\\u0000").search
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
        if _nul(text):
            raise ValueError("it holds a NUL character")
    except (ValueError, RecursionError) as error:
        raise Tampered(check, file, f"not canonical JSON: {error}", line) from None
    return value


def canonical(value: Any) -> str:
    return _encode(value)


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


def lines_of(chunk: bytes) -> list[bytes]:
    """Its lines, without their breaks; the last ends in one too."""
    return [line[:-1] for line in io.BytesIO(chunk)]  # split would compare every single byte


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
        self._kept: dict[str, bytes] = {}
        self.manifest = read(self.bytes("MANIFEST.json"), "V1", "MANIFEST.json", longest=10**7)
        self._compare(set(names))

    def bytes(self, name: str) -> bytes:
        if name not in self._kept:
            self._kept[name] = self._unpacked(name)
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

    def chunks(self, name: str, begin: int = 0, end: int | None = None, size: int = CHUNK) -> Iterator[bytes]:
        """From the byte `begin` to `end`, as many whole lines at a time as `size` bytes hold, but at least one."""
        raw = self.bytes(name)
        if raw and not raw.endswith(b"\n"):
            raise Tampered("V1", name, "the last line is cut")
        end = len(raw) if end is None else end
        while begin < end:
            after = (raw.rfind(b"\n", begin, min(begin + size, end)) + 1) or (raw.find(b"\n", begin) + 1)
            yield raw[begin:after]
            begin = after

    def lines(self, name: str) -> Iterator[tuple[int, bytes]]:
        """Each line with its number."""
        return enumerate(itertools.chain.from_iterable(map(lines_of, self.chunks(name))), 1)

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


# --- The checks, in their order --------------------------------------------------------------------------------------


class Verifier:
    def __init__(
        self,
        bundle: Bundle,
        vkeys: list[str],
        outside: list[tuple[str, str]],
        receipts: list[tuple[str, str]],
        authorities: list[x509.Certificate] | None = None,
        processes: int = 1,
    ):
        self.processes = processes
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
        """Every event with its changes and hidden values: quickly, and once more line by line if anything is amiss."""
        self.hashes = self.bundle.bytes("log.hashes")
        if len(self.hashes) != 32 * self.size:
            raise Tampered("V4", "log.hashes", f"it holds not {self.size} hashes")
        if self.pruned:
            self._log_hashes()
        whole = None if self.pruned else self._quickly()
        if whole is None:
            whole = Stretch(self, singly=True)
            whole.check()
            whole.require_erasures()
        self.in_order, self.objects = whole.in_order, whole.objects
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

    def _quickly(self) -> Stretch | None:
        """The trail, found good by processes that check a part each; None if anything is amiss in a part."""
        many = self.size >= WORTH_PROCESSES and "fork" in multiprocessing.get_all_start_methods()
        first, *later = cut(self.bundle, self.processes if many else 1)
        helpers = [Helper(self, part) for part in later]
        try:
            self._log_hashes()
            with contextlib.suppress(Tampered, EOFError):
                whole = Stretch(self, first)
                whole.check()
                for helper in helpers:
                    whole.join(helper.found())
                whole.require_erasures()
                return whole
        finally:
            for helper in helpers:
                helper.stop()
        return None

    def actors(self) -> set[str]:
        found: set[str] = set()
        for number, raw in self.bundle.lines("actors.jsonl"):
            row = read(raw, "V7", "actors.jsonl", number)
            ref = str(row.get("ref")) if isinstance(row, dict) else ""
            if ref in found or not UUID.match(ref):
                raise Tampered("V7", "actors.jsonl", "it is no actor, or is there twice", number)
            found.add(ref)
        return found

    # V11

    def _times(self) -> None:
        latest = ""
        for number, raw in self.bundle.lines("events.jsonl") if not self.in_order else ():
            latest = self._time(_at(raw)[1].decode(), latest, number)

    def _time(self, at: str, latest: str, number: int) -> str:
        """The later of the two."""
        if at >= latest:
            return at
        if (datetime.fromisoformat(latest) - datetime.fromisoformat(at)).total_seconds() > BACKWARDS_SECONDS:
            self.result.warnings.append(f"V11: events.jsonl, line {number}: the clock was set back to {at}.")
        return latest

    # V8

    def _state(self) -> None:
        raw = self.bundle.bytes("state.json")
        if raw == state_of(self.objects).encode():
            return
        told = read(raw, "V8", "state.json", longest=10**9)
        replayed = json.loads(state_of(self.objects))
        if told != replayed:
            odd = next((k for k in sorted({*replayed, *told}) if told.get(k) != replayed.get(k)), "")
            raise Tampered("V8", "state.json", f"the state of {odd} is not what the changes lead to")

    # V10

    def _receipts(self) -> None:
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
            if not self._has(lines[2], lines[3]):
                raise Tampered("V10", name, f"the event {lines[2]} it confirms is not in the trail, or is another one")
            self._note(f"The event of receipt {name} is in the trail.")

    def _has(self, uid: str, told: str) -> bool:
        """Whether an event with this id has this hash; of one that was pruned, only the hash is known."""
        sought = bytes.fromhex(told) if HASH.match(told) else b""
        if any(self.hashes[at : at + 32] == sought for at in range(0, 32 * self.pruned, 32)):
            return True
        return any(
            self.hashes[32 * number - 32 : 32 * number] == sought and json.loads(raw)["id"] == uid
            for number, (_, raw) in enumerate(self.bundle.lines("events.jsonl"), self.pruned + 1)
        )


# --- Lines taken apart ---------------------------------------------------------------------------------------------

# Nearly all lines are of one layout for each file. They are recognised by a regular expression that is let loose on
# many lines at a time, matches nothing but canonical JSON, and takes the parts out of it as they stand. A line it does
# not match is read as JSON, with the same parts in the end. Values stay canonical JSON throughout: two values are equal
# if and only if these texts are.
#
# A dot stands for any character, even a quotation mark. It is used only in what is compared afterwards with something
# computed or known, which then shows that it was what it should be: hashes, commitments, the log, the actor.
#
# A plus after a repetition (`{36}+`) spares the expression engine from remembering a way back; it matches the same.

_ESCAPE = r'\\(?:["\\bfnrt]|u00(?:0[1-7bef]|1[0-9a-f]))'
_PLAIN = r"[ !#-\[\]-\U0010ffff]*+"  # all but quotation mark, backslash, controls; twice as quick as naming those
_TEXT = rf'"{_PLAIN}(?:{_ESCAPE}{_PLAIN})*+"'
_VALUE = rf"(?:{_TEXT}|null|true|false|0|-?[1-9][0-9]{{0,14}})"
_PAIR = rf'"[0-9A-Za-z_]++":\[{_VALUE},{_VALUE}\]'
_HIDDEN = r'"[0-9A-Za-z_]++":\{"c":"[0-9a-f]{64}"\}'
_PARTS = {
    "%UUID": r"[0-9a-f]{8}+-[0-9a-f]{4}+-[0-9a-f]{4}+-[0-9a-f]{4}+-[0-9a-f]{12}+",
    "%TIME": r"[0-9]{4}+-[0-9]{2}+-[0-9]{2}+T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}+Z",
    "%COMMITTED": r'null|\{"c":".{64}+"\}',
    "%PAIR": _PAIR, "%HIDDEN": _HIDDEN, "%PLAIN": _PLAIN, "%VALUE": _VALUE, "%WORD": f'"{_PLAIN}"',
}  # fmt: skip


def _layout(pattern: str) -> Callable[[str], list[Any]]:
    """The pattern with its %PARTS filled in; line breaks in it, and spaces after them, do not count.

    A match begins at the start of a line and ends in a line break. So if there are as many matches as line breaks, each
    line was matched as a whole.
    """
    for name, part in _PARTS.items():
        pattern = pattern.replace(name, part)
    return re.compile("^" + re.sub(r"\n *", "", pattern) + "\n", re.MULTILINE | re.DOTALL).findall


_events = _layout(r"""\{"act":%WORD,"app":%WORD,"at":"(%TIME)",
    "by":\{"kind":%WORD,"ref":"(.{36}+)","via":%WORD\},
    "changes":\{"n":(0|[1-9][0-9]{0,8}+),"root":"(.{64}+)"\},
    "id":"(%UUID)","label":(%COMMITTED),"log":"(.{36}+)","reason":(%COMMITTED),
    "req":(?:null|%WORD),"subject":\[%WORD,%WORD\],"v":1\}""")
_changes = _layout(r"""\{(?:"hid":\{(%HIDDEN(?:,%HIDDEN)*+)\},)?+
    "id":"(%PLAIN)","op":"(create|update|archive)","prev":"(|.{64}+)",
    "set":\{(?:"([0-9A-Za-z_]++)":\[(%VALUE),(%VALUE)\]((?:,%PAIR)*+))?+\},
    "type":"([0-9a-z_.]++)","ver":([1-9][0-9]{0,14}+)\}""")
_private = _layout(r"""\{"event":"(%PLAIN","path":"%PLAIN)",
    "salt":"(.{32}+)","value":"(%PLAIN(?:\\"%PLAIN)*+)"\}""")
_pairs = re.compile(rf'"([0-9A-Za-z_]++)":\[({_VALUE}),({_VALUE})\]').findall
_hidden = re.compile(r'"([0-9A-Za-z_]++)":(\{"c":"[0-9a-f]{64}"\})').findall
_is_commitment = re.compile(rf'\{{"c":{_TEXT}\}}').fullmatch
_is_digest = re.compile(r'\{"len":(?:0|[1-9][0-9]*),"sha256":"[0-9a-f]{64}"\}').fullmatch

# time, reference of the actor, number of changes, their root, id, commitment to the label or null, log, to the reason
Event = tuple[str, str, str, str, str, str, str, str]
Pair = tuple[str, str, str]  # name of a field, its value before and after
# (name, commitment)s, id of the object, what was done, hash before, first pair (an empty name: none), further pairs,
# type, version; where there are several, as they stand in the line or as a list
Change = tuple[str | list[tuple[str, str]], str, str, str, str, str, str, str | list[Pair], str, str]
# where a hidden value belongs (see `place`), and its commitment or digest; None if the value is gone
Private = tuple[str, str | None]


@dataclass(frozen=True)
class Layout:
    many: Callable[[str], list[Any]]  # finds the lines of the usual layout; ValueError if one cannot be what it seems
    read: Callable[[bytes, int], Any]  # reads any line
    longest: int = LONGEST_LINE


def taken_apart(lines: list[bytes], chunk: bytes, number: int, layout: Layout, singly: bool) -> list[Any]:
    """The parts of each line of the chunk, of which the first has this number; with `singly`, all are read as JSON."""
    rows = []
    if not singly and len(chunk) <= layout.longest:
        with contextlib.suppress(ValueError):
            rows = layout.many(chunk.decode())
    if len(rows) == len(lines):
        return rows
    if len(lines) == 1:
        return [layout.read(lines[0], number)]
    return [row for n, line in enumerate(lines, number) for row in taken_apart([line], line + b"\n", n, layout, singly)]


def read_event(raw: bytes, number: int) -> Event:
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
    told = (header["at"], by["ref"], changes["n"], changes["root"], header["id"])
    at, actor, count, root, uid = map(str, told)
    return at, actor, count, root, uid, canonical(header["label"]), str(header["log"]), canonical(header["reason"])


def read_change(raw: bytes, number: int) -> Change:
    line = read(raw, "V7", "changes.jsonl", number)
    try:
        key, kind, op, previous = (inner(line[name]) for name in ("id", "type", "op", "prev"))
        pairs = [(inner(name), canonical(before), canonical(after)) for name, (before, after) in line["set"].items()]
        hidden = [(inner(name), canonical(told)) for name, told in line.get("hid", {}).items()]
        if line["op"] not in {"create", "update", "archive", "restate"} or type(line["ver"]) is not int:
            raise TypeError
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Tampered("V7", "changes.jsonl", "it is no change", number) from None
    return hidden, key, op, previous, "", "", "", pairs, kind, str(line["ver"])


def pairs_of(change: Change, number: int) -> list[Pair]:
    first, more = change[4:7], change[7]
    if isinstance(more, list):
        return more
    return in_order([first, *_pairs(more)] if first[0] else [], number)


def hidden_of(change: Change, number: int) -> list[tuple[str, str]]:
    told = change[0]
    return in_order(_hidden(told), number) if isinstance(told, str) else told


def in_order(rows: list[Any], number: int) -> list[Any]:
    """The rows, if their names are sorted and none stands twice, as in canonical JSON, which no pattern can tell."""
    if any(one[0] >= other[0] for one, other in itertools.pairwise(rows)):
        raise Tampered("V7", "changes.jsonl", "not canonical JSON: its names are not in their order", number)
    return rows


def many_private(text: str) -> list[Private]:
    sha256, unhexlify = hashlib.sha256, binascii.unhexlify
    return [  # as `commitment`, but without a call for each
        (key, f'{{"c":"{sha256(COMMITMENT + unhexlify(salt) + value.replace(BACKSLASH, "").encode()).hexdigest()}"}}')
        for key, salt, value in _private(text)
    ]


def read_private(raw: bytes, number: int) -> Private:
    row = read(raw, "V9", "private.jsonl", number, longest=LONGEST_PRIVATE)
    try:
        key = place(inner(row["event"]), inner(row["path"]))
        salt, value = row["salt"], row["value"]
    except (KeyError, TypeError):
        raise Tampered("V9", "private.jsonl", "it is no hidden value", number) from None
    if value is None:
        return key, None
    try:
        return key, digest(value) if salt is None else commitment(bytes.fromhex(salt), value.encode())
    except (TypeError, ValueError, AttributeError):
        return key, "null"  # opens nothing


EVENTS, CHANGES = Layout(_events, read_event), Layout(_changes, read_change)
PRIVATE = Layout(many_private, read_private, LONGEST_PRIVATE)


def place(uid: str, path: str) -> str:
    return f'{uid}","path":"{path}'


def told_place(key: str) -> str:
    uid, path = json.loads(f'["{key}"]'.replace('","path":"', '","', 1))
    return f"{path} in event {uid}"


def inner(text: str) -> str:
    """A text in canonical JSON, without its quotation marks. Raises: TypeError."""
    if not isinstance(text, str):
        raise TypeError
    return canonical(text)[1:-1]


def commitment(salt: bytes, value: bytes) -> str:
    return f'{{"c":"{hashlib.sha256(COMMITMENT + salt + value).hexdigest()}"}}'


def digest(value: str) -> str:
    raw = value.encode()
    return f'{{"len":{len(raw)},"sha256":"{hashlib.sha256(raw).hexdigest()}"}}'


def same(known: str, told: str) -> bool:
    """Equal, or one is the digest of the other (long values are kept beside the line)."""
    return known == told or any(
        _is_digest(short) and digest(whole) == short for whole, short in ((known, told), (told, known))
    )


# --- The events, their changes and hidden values -------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """A part of the trail: the bytes where its events and hidden values begin and end; None is the end of the file."""

    events: tuple[int, int | None] = (0, None)
    private: tuple[int, int | None] = (0, None)


class Stretch:
    """Some events in a row, with their changes and hidden values (V4, V7, V8, V9).

    Many lines are looked at together: it is then certain that all are good, but not which one is amiss, and nothing of
    what is raised is told to anybody. With `singly` each line is looked at alone and read as JSON, and what is raised
    names the first failure of the trail. The checks are the same.

    A part that is not the first takes the objects to have been what its first changes of them say; `join` proves it.
    """

    def __init__(self, of: Verifier, part: Part | None = None, singly: bool = False) -> None:
        self.of, self.part, self.singly = of, part or Part(), singly
        self.chunk = 1 if singly else CHUNK
        self.uids: set[str] = set()
        self.times: tuple[str, str] | None = None  # the first and the last
        self.in_order = True  # the times
        self.objects: dict[tuple[str, str], list[Any]] = {}  # (type, id) -> version, hash, values by name
        self.before: dict[tuple[str, str], list[Any]] = {}  # the same, as the first changes here tell what was before
        self.gone: list[tuple[str, int, str]] = []  # places of values that are gone; an erasure has to name them
        self.erasures: set[str] = set()
        self.prunings: dict[int, tuple[str, str, str]] = {}  # number of events -> when, kept until, basis
        self._stating = ""  # the event that states every object anew
        self._actors, self._days = of.actors(), set[str]()  # days known to exist
        begin, events = self.part.events[0], of.bundle.bytes("events.jsonl")
        self.number = events.count(b"\n", 0, begin) + 1  # of the next line; no guess, since `join` does not prove it
        self.changes_from = self.changes_to = sum(map(int, _counts(events, 0, begin)))
        self._changes = itertools.chain.from_iterable(self._change_chunks())
        self._values: dict[str, str | None] = {}  # what was read of private.jsonl and not asked for yet
        self._values_read, self._more_values = 0, self._private_chunks()

    def check(self) -> None:
        if self.singly:  # all at once, to tell a value that is there twice from one that belongs nowhere
            self._read_all_values()
        for chunk in self.of.bundle.chunks("events.jsonl", *self.part.events, self.chunk):
            lines = lines_of(chunk)
            self._sealed(lines)
            rows = taken_apart(lines, chunk, self.number, EVENTS, self.singly)
            self._headers(rows)
            self._contents(rows)
            self.number += len(lines)
        if self.part.events[1] is None:
            self._ended()
        self._read_all_values()
        for key in self._values:
            raise Tampered("V9", "private.jsonl", f"a value for {told_place(key)}, which has none")

    def _ended(self) -> None:
        count = self.number - 1 + self.of.pruned
        if count != self.of.size:
            told = f"{count} events, but the signed head has {self.of.size}"
            raise Tampered("V4", "events.jsonl", told, self.number)
        if next(self._changes, None):
            raise Tampered("V7", "changes.jsonl", "a change that belongs to no event", self.changes_to + 1)

    # V4

    def _sealed(self, lines: list[bytes]) -> None:
        sha256, first = hashlib.sha256, self.number - 1 + self.of.pruned
        found = b"".join([sha256(b"\x00" + line).digest() for line in lines])
        if found != self.of.hashes[32 * first : 32 * (first + len(lines))]:
            what = f"the event with number {first} is not the one that was sealed"
            raise Tampered("V4", "events.jsonl", what, self.number)

    # V7

    def _headers(self, rows: list[Event]) -> None:
        """What can be said of events without their changes."""
        times, actors, _, _, uids, _, logs, _ = zip(*rows, strict=True)
        for log in {*logs} - {self.of.log}:
            raise Tampered("V7", "events.jsonl", f"it is an event of another log, {log}", self.number)
        count = len(self.uids) + len(uids)
        self.uids.update(uids)
        if len(self.uids) != count:
            raise Tampered("V7", "events.jsonl", "an event is there twice", self.number)
        in_time = sorted(times)
        of_one_day = in_time[0][:10] == in_time[-1][:10]
        for day in {time[:10] for time in (in_time[:1] if of_one_day else times)} - self._days:
            self._require_day(day)
        if not {*actors} <= self._actors:
            raise Tampered("V7", "actors.jsonl", f"nobody stands behind the actor of event {uids[0]}")
        first, last = self.times or (times[0], "")
        self.in_order = self.in_order and last <= times[0] and in_time == [*times]
        self.times = first, times[-1]

    def _require_day(self, day: str) -> None:
        try:
            date.fromisoformat(day)
        except ValueError:
            raise Tampered("V7", "events.jsonl", "its time or its changes are malformed", self.number) from None
        self._days.add(day)

    def _contents(self, rows: list[Event]) -> None:
        """Reason and label of each event, and its changes. The loop that runs for each: what is rare is elsewhere."""
        open_value, change = self._values.pop, self._change
        number = self.number
        for _, _, count, root, uid, label, _, reason in rows:
            if reason != "null" and (opens := open_value(f'{uid}","path":"/reason', "")) != reason:
                self._unopened(opens, place(uid, "/reason"), reason, "events.jsonl", number)
            if label != "null" and (opens := open_value(f'{uid}","path":"/subject', "")) != label:
                self._unopened(opens, place(uid, "/subject"), label, "events.jsonl", number)
            if count == "1":
                reached = change(uid, 0)
            else:
                leaves = [bytes.fromhex(change(uid, n)) for n in range(int(count))]
                reached = root_of(leaves).hex()
            if reached != root:
                seq = number - 1 + self.of.pruned
                told = f"these {count} changes are not those the event with number {seq} commits to"
                raise Tampered("V7", "changes.jsonl", told, self.changes_to - int(count) + 1)

    # V7, V8

    def _change_chunks(self) -> Iterator[Iterator[tuple[str, Change]]]:
        """The changes from here on, each with its hash."""
        sha256, number = hashlib.sha256, self.changes_to + 1
        begin = offset_of(self.of.bundle.bytes("changes.jsonl"), self.changes_to)
        for chunk in self.of.bundle.chunks("changes.jsonl", begin, None, self.chunk):
            lines = lines_of(chunk)
            hashes = [sha256(b"\x00" + line).hexdigest() for line in lines]
            yield zip(hashes, taken_apart(lines, chunk, number, CHANGES, self.singly), strict=True)
            number += len(lines)

    def _change(self, uid: str, n: int) -> str:
        """The hash of the next change, which is number `n` of this event, found to follow what was before."""
        found = next(self._changes, None)
        if found is None:
            what = f"change {n} of event {uid} (line {self.number}) is missing"
            raise Tampered("V7", "changes.jsonl", what)
        self.changes_to += 1
        reached, row = found
        hidden, ident, op, previous, name, before, after, more, kind, told_version = row
        version, key = int(told_version), (kind, ident)
        known = self.objects.get(key)
        if op == "restate":
            known = self._stated(key, uid, version, previous, pairs_of(row, self.changes_to))
        if known is None:
            known = self.objects[key] = self._first(key, version, previous)
        known_version, head, values = known
        if version != known_version + 1 or previous != head or (op == "create") != (version == 1):
            what = f"version {version} of {kind} {ident} does not follow the one before"
            raise Tampered("V8", "changes.jsonl", what, self.changes_to)
        known[0], known[1] = version, reached
        if more or not name:
            self._set(key, values, pairs_of(row, self.changes_to), uid, n)
        elif values.get(name) == before:  # one value only
            values[name] = after
        else:
            self._set(key, values, [(name, before, after)], uid, n)
        if hidden:
            self._hide(values, hidden_of(row, self.changes_to), uid, n)
        if op == "create":
            if kind == ERASURE:
                self._erase(pairs_of(row, self.changes_to))
            elif kind == PRUNING:
                self._prune(uid, pairs_of(row, self.changes_to))
        return reached

    def _stated(self, key: tuple[str, str], uid: str, version: int, previous: str, pairs: list[Pair]) -> list[Any]:
        """The object, which the event after a pruning states anew; what it was before is believed there alone."""
        if uid != self._stating or any(before != after for _, before, after in pairs):
            what = "it states an object anew where it must not, or otherwise"
            raise Tampered("V8", "changes.jsonl", what, self.changes_to)
        if key not in self.objects:
            first = self._first(key, version, previous)
            if self.of.pruned and self.of.pruned in self.prunings:
                first = [version - 1, previous, {name: before for name, before, _ in pairs}]
            self.objects[key] = first
        return self.objects[key]

    def _prune(self, uid: str, pairs: list[Pair]) -> None:
        told = {name: json.loads(after) for name, _, after in pairs}
        try:
            events, until, at, basis = (told[name] for name in ("events", "kept_until", "pruned_at", "basis"))
            if type(events) is not int or not until < at[:10]:
                raise ValueError
        except (KeyError, TypeError, ValueError):
            what = "it prunes events that had to be kept"
            raise Tampered("V8", "changes.jsonl", what, self.changes_to) from None
        self._stating, self.prunings[events] = uid, (at, until, basis)

    def _first(self, key: tuple[str, str], version: int, previous: str) -> list[Any]:
        """An object not seen before: new, or in a later stretch what its first change here says it was."""
        if not self.part.events[0]:
            return [0, "", {}]
        self.before[key] = [version - 1, previous, {}]
        return [version - 1, previous, {}]

    def _set(self, key: tuple[str, str], values: dict[str, str], pairs: list[Pair], uid: str, n: int) -> None:
        later = self.part.events[0] > 0
        for name, before, after in pairs:
            known = values.get(name)
            if known is None:
                known = before if later else "null"
                if later:
                    self.before[key][2][name] = before
            if known != before and not same(known, before):
                what = f"{name} of {key[0]} {key[1]} was not what the line says before"
                raise Tampered("V8", "changes.jsonl", what, self.changes_to)
            values[name] = after
            if after[0] == "{":
                self._long(place(uid, f"/{n}/{name}"), after)

    # V9

    def _private_chunks(self) -> Iterator[list[Private]]:
        number = 1
        for chunk in self.of.bundle.chunks("private.jsonl", *self.part.private, self.chunk):
            lines = lines_of(chunk)
            yield taken_apart(lines, chunk, number, PRIVATE, self.singly)
            number += len(lines)

    def _read_values(self) -> bool:
        """Read some more of private.jsonl, whose values mostly stand in the order in which they are asked for."""
        rows = next(self._more_values, None)
        if rows is None:
            return False
        self._values_read += len(rows)
        count = len(self._values) + len(rows)
        self._values.update(rows)
        if len(self._values) != count:
            raise Tampered("V9", "private.jsonl", "a value is there twice", self._values_read)
        return True

    def _read_all_values(self) -> None:
        while self._read_values():
            pass

    def _hide(self, values: dict[str, str], hidden: list[tuple[str, str]], uid: str, n: int) -> None:
        for name, told in hidden:
            values[name] = told
            key = place(uid, f"/{n}/{name}")
            if (opens := self._values.pop(key, "")) != told:
                self._unopened(opens, key, told, "changes.jsonl", self.changes_to)

    def _unopened(self, opens: str | None, key: str, told: str, file: str, line: int) -> None:
        """The commitment `told` was not opened by what was read so far; more may do it, or an erasure name it."""
        while opens == "" and self._read_values():
            opens = self._values.pop(key, "")
        if opens == told:
            return
        if not _is_commitment(told):
            raise Tampered("V7", file, f"{told_place(key)} is no commitment", line)
        if opens:
            raise Tampered("V9", "private.jsonl", f"the value of {told_place(key)} is not the one committed to")
        self.gone.append((key, line, file))

    def _long(self, key: str, told: str) -> None:
        """A value that may stand beside its line, which then holds only its digest."""
        while key not in self._values and _is_digest(told) and self._read_values():
            pass
        if key not in self._values:
            return
        opens = self._values.pop(key)
        if opens is None or not _is_digest(told):
            raise Tampered("V9", "private.jsonl", f"the value of {told_place(key)} was taken away")
        if opens != told:
            raise Tampered("V9", "private.jsonl", f"the value of {told_place(key)} is not the one in its line")

    def _erase(self, pairs: list[Pair]) -> None:
        try:
            paths = next(json.loads(after) for name, _, after in pairs if name == "paths")
            self.erasures |= {place(inner(each["event"]), inner(each["path"])) for each in paths}
        except (KeyError, TypeError, StopIteration):
            raise Tampered("V9", "changes.jsonl", "an erasure names nothing", self.changes_to) from None

    def require_erasures(self) -> None:
        for key, line, file in self.gone:
            if key not in self.erasures:
                raise Tampered("V9", file, f"the value of {told_place(key)} is gone, and no erasure names it", line)

    # The stretch that comes after this one, checked by another process

    def found(self) -> dict[str, Any]:
        names = ("times", "in_order", "objects", "before", "gone", "erasures", "changes_from", "changes_to")
        return {"uids": "".join(self.uids)} | {name: getattr(self, name) for name in names}

    def join(self, after: dict[str, Any]) -> None:
        """Take over what was found in the events after these. Raises: Tampered, where they do not fit together."""
        apart = Tampered("V8", "changes.jsonl", "the stretches do not fit together", after["changes_from"] + 1)
        uids = after["uids"]
        count = len(self.uids) + len(uids) // 36
        self.uids.update([uids[at : at + 36] for at in range(0, len(uids), 36)])
        if self.changes_to != after["changes_from"] or len(self.uids) != count:
            raise apart
        for key, (version, head, values) in after["before"].items():
            known_version, known_head, known = self.objects.get(key, (0, "", {}))
            if (known_version, known_head) != (version, head):
                raise apart
            if not all(same(known.get(name, "null"), told) for name, told in values.items()):
                raise apart
        for key, (version, head, values) in after["objects"].items():
            self.objects[key] = [version, head, self.objects.get(key, (0, "", {}))[2] | values]
        self.in_order = self.in_order and after["in_order"] and self.times[1] <= after["times"][0]
        self.times = self.times[0], after["times"][1]
        self.gone += after["gone"]
        self.erasures |= after["erasures"]
        self.changes_to = after["changes_to"]


def state_of(objects: dict[tuple[str, str], list[Any]]) -> str:
    """The objects as canonical JSON, as state.json tells them."""
    kinds: dict[str, list[str]] = {}
    for (kind, key), (version, head, values) in sorted(objects.items()):
        told = ",".join([f'"{name}":{value}' for name, value in sorted(values.items())])
        kinds.setdefault(kind, []).append(f'"{key}":{{"head":"{head}","values":{{{told}}},"ver":{version}}}')
    return "{" + ",".join([f'"{kind}":{{{",".join(rows)}}}' for kind, rows in kinds.items()]) + "}"


def offset_of(raw: bytes, line: int) -> int:
    """Where the line with this number, from 0, begins; the end if there are fewer."""
    at = 0
    for _ in range(line):
        at = raw.find(b"\n", at) + 1
        if not at:
            return len(raw)
    return at


# --- Several processes ---------------------------------------------------------------------------------------------


def cut(bundle: Bundle, count: int) -> list[Part]:
    """The trail in so many parts, or in fewer. Guesses, which checking the parts and joining them prove.

    The first is the smallest, since its process also checks the tree.
    """
    events, private = bundle.bytes("events.jsonl"), bundle.bytes("private.jsonl")
    begins = [(0, 0)]
    for number in range(1, count):
        share = number / count - TREE_SHARE * (1 - number / count)
        event = events.find(b"\n", int(len(events) * share)) + 1
        for _ in range(MOST_WITHOUT_VALUE):
            uid = _uid(events, event)
            value = private.find(b'{"event":"%b"' % uid[1]) if uid else -1
            if value > begins[-1][1] and event > begins[-1][0]:
                begins.append((event, value))
                break
            event = events.find(b"\n", event) + 1
    ends = [*begins[1:], (None, None)]
    return [
        Part((event, event_end), (value, value_end))
        for (event, value), (event_end, value_end) in zip(begins, ends, strict=True)
    ]


class Helper:
    """A process that checks a later part. It shares what was unpacked, and sends what it found if nothing is amiss."""

    def __init__(self, of: Verifier, part: Part) -> None:
        context = multiprocessing.get_context("fork")
        self._receiving, sending = context.Pipe(duplex=False)
        self._process = context.Process(target=self._run, args=(of, part, sending))
        self._process.start()
        sending.close()

    def _run(self, of: Verifier, part: Part, to: Any) -> None:
        with contextlib.suppress(Tampered):
            stretch = Stretch(of, part)
            stretch.check()
            to.send(stretch.found())

    def found(self) -> dict[str, Any]:
        """Raises: EOFError."""
        return self._receiving.recv()

    def stop(self) -> None:
        self._process.kill()
        self._process.join()


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
        checker = Verifier(Bundle(given.bundle), given.vkey, outside, receipts, authorities, os.cpu_count() or 1)
        return report(checker.run())
    except Tampered as failure:
        print(f"TAMPERED WITH: {failure}")
        return 1
    except Unreadable as problem:
        print(f"UNREADABLE: {problem}")
        return 2


if __name__ == "__main__":
    sys.exit(main())
