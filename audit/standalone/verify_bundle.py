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
V9  every hidden value opens its commitment, or an erasure in the trail names it
V10 every receipt you bring is an event of this log
V11 times do not run backwards (a warning only: clocks prove nothing)
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import io
import itertools
import json
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
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
LONGEST_LINE = 65_535
GREATEST_INTEGER = 2**53 - 1
BACKWARDS_SECONDS = 120
ROTATION, RECEIPT = "crispmlq/rotation/v1", "crispmlq/receipt/v1"
ERASURE = "audit.erasure"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z")
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


# --- Hashes, trees, canonical JSON ---------------------------------------------------------------------------------


def leaf(body: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + body).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """RFC 6962; keeps the roots of the sizes one will ask for."""

    def __init__(self, asked: set[int] = frozenset()) -> None:
        self.size, self._peaks, self._asked = 0, [], asked
        self.roots = {0: hashlib.sha256(b"").digest()} if 0 in asked else {}

    def append(self, each: bytes) -> None:
        size = self.size
        while size & 1:
            each, size = node(self._peaks.pop(), each), size >> 1
        self._peaks.append(each)
        self.size += 1
        if self.size in self._asked:
            self.roots[self.size] = self.root

    @property
    def root(self) -> bytes:
        if not self._peaks:
            return hashlib.sha256(b"").digest()
        total = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            total = node(peak, total)
        return total


def root_of(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    tree = Tree()
    for each in leaves:
        tree.append(each)
    return tree.root


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
        self.manifest = read(self.bytes("MANIFEST.json"), "V1", "MANIFEST.json", longest=10**7)
        self._compare(set(names))

    def bytes(self, name: str) -> bytes:
        try:
            return self._zip.read(name)
        except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
            raise Tampered("V1", name, f"it can not be unpacked: {error}") from None
        except Exception as error:  # zlib.error has no public parent
            raise Tampered("V1", name, f"it can not be unpacked: {error}") from None

    def text(self, name: str) -> str:
        try:
            return self.bytes(name).decode()
        except UnicodeDecodeError:
            raise Tampered("V1", name, "it is no text") from None

    def lines(self, name: str) -> Iterator[tuple[int, bytes]]:
        """(number from 1, line without its break); the last line ends in one too."""
        raw = self.bytes(name)
        if raw and not raw.endswith(b"\n"):
            raise Tampered("V1", name, "the last line is cut")
        yield from enumerate(io.BytesIO(raw).read().split(b"\n")[:-1], 1)

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
        for name in sorted(listed):
            raw = self.bytes(name)
            if (len(raw), hashlib.sha256(raw).hexdigest()) != listed[name]:
                raise Tampered("V1", name, "its size or SHA-256 is not the one in the manifest")


Brought = tuple[str, str]  # name and text of a file the auditor holds


class Verifier:
    def __init__(
        self,
        bundle: Bundle,
        vkeys: list[str],
        outside: list[tuple[str, str]],
        receipts: list[tuple[str, str]],
        authorities: list[x509.Certificate] | None = None,
    ):
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
        self._log_hashes()
        self._private()
        self._events()
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
        epochs = {
            epoch_of(json.loads(raw)["note"].partition("\n")[0]) for _, raw in self.bundle.lines("checkpoints.jsonl")
        }
        for epoch in range(min(epochs), max(epochs)):
            if epoch not in told:
                raise Tampered("V5", "events.jsonl", f"epoch {epoch} of this log ended, and no event tells why")
            kept, events, published = told[epoch]
            lost = (
                f"the database was set back after {kept} seals ({events} events here); {published} had been published"
            )
            self.result.unchecked.append(f"what was recorded in between is lost: {lost}")
        for name, origin, size in self.lost:
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
        tree = Tree(set(sizes.values()))
        for each in self.seals:
            tree.append(each)
        for name, size in sizes.items():
            if size not in tree.roots:
                raise Tampered("V6", name, f"an anchor of {size} seals, but the bundle ends at {self.root_size}")
            rest = f"\n{size}\n{base64.b64encode(tree.roots[size]).decode()}\n"
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
        self.hashes = self.bundle.bytes("log.hashes")
        if len(self.hashes) != 32 * self.size:
            raise Tampered("V4", "log.hashes", f"it holds not {self.size} hashes")
        tree = Tree(set(self.asked))
        for at in range(0, len(self.hashes), 32):
            tree.append(self.hashes[at : at + 32])
        if tree.root != self.log_root:
            raise Tampered("V4", "log.hashes", "the hashes of the events do not lead to the signed root")
        for size in sorted(self.asked):
            for root, check, file, line in self.asked[size]:
                if tree.roots[size] != root:
                    told = f"this head of {size} events is no beginning of the log: it was rewritten or forked"
                    raise Tampered(check, file, told, line)
        self._note(f"{sum(map(len, self.asked.values()))} signed heads, each a beginning of this log.")

    # V9, the values; compared while the events are read

    def _private(self) -> None:
        self.private: dict[tuple[str, str], tuple[Any, Any]] = {}
        for number, raw in self.bundle.lines("private.jsonl"):
            row = read(raw, "V9", "private.jsonl", number, longest=10**9)
            try:
                key, pair = (row["event"], row["path"]), (row["salt"], row["value"])
            except (KeyError, TypeError):
                raise Tampered("V9", "private.jsonl", "it is no hidden value", number) from None
            if key in self.private:
                raise Tampered("V9", "private.jsonl", "a value is there twice", number)
            self.private[key] = pair
        self._open: list[tuple[str, str, int, str]] = []  # values that are gone; an erasure has to name them
        self._erasures: set[tuple[str, str]] = set()

    def _commitment(self, uid: str, path: str, told: Any, file: str, line: int) -> None:
        salt, value = self.private.pop((uid, path), (None, None))
        if not isinstance(told, dict) or set(told) != {"c"} or not isinstance(told["c"], str):
            raise Tampered("V7", file, f"{path} is no commitment", line)
        if value is None:
            self._open.append((uid, path, line, file))
            return
        try:
            digest = hashlib.sha256(b"crispmlq/commit/v1\x00" + bytes.fromhex(salt) + value.encode()).hexdigest()
        except (TypeError, ValueError, AttributeError):
            digest = ""
        if digest != told["c"]:
            raise Tampered("V9", "private.jsonl", f"the value of {path} in event {uid} is not the one committed to")

    def _long(self, uid: str, path: str, told: Any) -> None:
        if (uid, path) not in self.private:
            return
        _, value = self.private.pop((uid, path))
        if value is None or not isinstance(told, dict) or set(told) != {"sha256", "len"}:
            raise Tampered("V9", "private.jsonl", f"the value of {path} in event {uid} was taken away")
        if (hashlib.sha256(value.encode()).hexdigest(), len(value.encode())) != (told["sha256"], told["len"]):
            raise Tampered("V9", "private.jsonl", f"the value of {path} in event {uid} is not the one in its line")

    # V4, V7, V8

    def _events(self) -> None:
        self.objects: dict[tuple[str, str], tuple[int, str, dict[str, Any]]] = {}
        uids: set[str] = set()
        changes = self.bundle.lines("changes.jsonl")
        self.leaves_at: dict[str, str] = {}
        actors, before = self._actors(), None
        seq = -1
        for number, raw in self.bundle.lines("events.jsonl"):
            seq = number - 1
            if leaf(raw) != self.hashes[32 * seq : 32 * number]:
                raise Tampered(
                    "V4", "events.jsonl", f"the event with number {seq} is not the one that was sealed", number
                )
            header = read(raw, "V7", "events.jsonl", number)
            uid, count, root = self._header(header, number)
            if uid in uids:
                raise Tampered("V7", "events.jsonl", "an event is there twice", number)
            uids.add(uid)
            if header["by"]["ref"] not in actors:
                raise Tampered("V7", "actors.jsonl", f"nobody stands behind the actor of event {uid}")
            for name, path in (("reason", "/reason"), ("label", "/subject")):
                if header[name] is not None:
                    self._commitment(uid, path, header[name], "events.jsonl", number)
            leaves = [self._change(uid, n, changes, number) for n in range(count)]
            if root_of(leaves).hex() != root:
                told = f"these {count} changes are not those the event with number {seq} commits to"
                raise Tampered("V7", "changes.jsonl", told, self._change_line - count + 1)
            if self.receipts:
                self.leaves_at[uid] = leaf(raw).hex()
            before = self._time(header["at"], before, number)
        if seq + 1 != self.size:
            raise Tampered("V4", "events.jsonl", f"{seq + 1} events, but the signed head has {self.size}", seq + 2)
        self._require_nothing_left(changes)
        self._note(f"{self.size} events in their order; {len(self.objects)} objects, each change fits the one before.")

    def _actors(self) -> set[str]:
        found = set()
        for number, raw in self.bundle.lines("actors.jsonl"):
            row = read(raw, "V7", "actors.jsonl", number)
            if not isinstance(row, dict) or row.get("ref") in found or not UUID.match(str(row.get("ref"))):
                raise Tampered("V7", "actors.jsonl", "it is no actor, or is there twice", number)
            found.add(row["ref"])
        return found

    def _header(self, header: Any, number: int) -> tuple[str, int, str]:
        def wrong(what: str) -> Tampered:
            return Tampered("V7", "events.jsonl", what, number)

        names = {"v", "id", "log", "at", "act", "by", "subject", "label", "reason", "req", "app", "changes"}
        if not isinstance(header, dict) or set(header) != names or header["v"] != 1:
            raise wrong("it is no event of version 1")
        if header["log"] != self.log:
            raise wrong(f"it is an event of another log, {header['log']}")
        by, changes = header["by"], header["changes"]
        if not isinstance(by, dict) or set(by) != {"kind", "ref", "via"} or not UUID.match(str(header["id"])):
            raise wrong("its actor or its id is malformed")
        if not isinstance(changes, dict) or set(changes) != {"n", "root"} or not isinstance(changes["n"], int):
            raise wrong("its changes are malformed")
        if not TIME.match(str(header["at"])) or not HASH.match(str(changes["root"])) or changes["n"] < 0:
            raise wrong("its time or its changes are malformed")
        return header["id"], changes["n"], changes["root"]

    def _change(self, uid: str, n: int, changes: Iterator[tuple[int, bytes]], event_line: int) -> bytes:
        number, raw = next(changes, (0, b""))
        self._change_line = number
        if not number:
            raise Tampered("V7", "changes.jsonl", f"change {n} of event {uid} (line {event_line}) is missing")
        line = read(raw, "V7", "changes.jsonl", number)
        try:
            key, version, previous = (line["type"], line["id"]), line["ver"], line["prev"]
            shown, hidden = line["set"], line.get("hid", {})
            if not (
                line["op"] in {"create", "update", "archive"} and isinstance(shown, dict) and isinstance(hidden, dict)
            ):
                raise TypeError
            if any(len(pair) != 2 for pair in shown.values()):
                raise TypeError
        except (KeyError, TypeError):
            raise Tampered("V7", "changes.jsonl", "it is no change", number) from None
        own = leaf(raw)
        known_version, head, state = self.objects.get(key, (0, "", {}))
        if version != known_version + 1 or previous != head or (line["op"] == "create") != (version == 1):
            raise Tampered(
                "V8", "changes.jsonl", f"version {version} of {key[0]} {key[1]} does not follow the one before", number
            )
        state = dict(state)
        for name, (before, after) in shown.items():
            if not same(state.get(name), before):
                raise Tampered(
                    "V8", "changes.jsonl", f"{name} of {key[0]} {key[1]} was not what the line says before", number
                )
            state[name] = after
            self._long(uid, f"/{n}/{name}", after)
        for name, told in hidden.items():
            state[name] = told
            self._commitment(uid, f"/{n}/{name}", told, "changes.jsonl", number)
        self.objects[key] = (version, own.hex(), state)
        if key[0] == ERASURE and line["op"] == "create":
            self._erase(shown, number)
        return own

    def _erase(self, shown: dict[str, Any], number: int) -> None:
        try:
            self._erasures |= {(each["event"], each["path"]) for each in shown["paths"][1]}
        except (KeyError, TypeError):
            raise Tampered("V9", "changes.jsonl", "an erasure names nothing", number) from None

    def _require_nothing_left(self, changes: Iterator[tuple[int, bytes]]) -> None:
        for number, _ in changes:
            raise Tampered("V7", "changes.jsonl", "a change that belongs to no event", number)
        for uid, path in self.private:
            raise Tampered("V9", "private.jsonl", f"a value for {path} of event {uid}, which has none")
        for uid, path, line, file in self._open:
            if (uid, path) not in self._erasures:
                raise Tampered("V9", file, f"the value of {path} in event {uid} is gone, and no erasure names it", line)
        self.result.erased = len(self._open)

    def _time(self, at: str, before: datetime | None, number: int) -> datetime:
        now = datetime.fromisoformat(at)
        if before is not None and (before - now).total_seconds() > BACKWARDS_SECONDS:
            self.result.warnings.append(f"V11: events.jsonl, line {number}: the clock was set back to {at}.")
        return max(now, before) if before else now

    def _state(self) -> None:
        told = read(self.bundle.bytes("state.json"), "V8", "state.json", longest=10**9)
        replayed: dict[str, dict[str, Any]] = {}
        for (kind, key), (version, head, values) in self.objects.items():
            replayed.setdefault(kind, {})[key] = {"ver": version, "head": head, "values": values}
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
            if self.leaves_at.get(lines[2]) != lines[3]:
                raise Tampered("V10", name, f"the event {lines[2]} it confirms is not in the trail, or is another one")
            self._note(f"The event of receipt {name} is in the trail.")


def same(known: Any, told: Any) -> bool:
    """Equal, or one is the digest of the other (long values are kept beside the line)."""
    if known == told:
        return True
    for value, digest in ((known, told), (told, known)):
        if isinstance(digest, dict) and set(digest) == {"sha256", "len"}:
            raw = canonical(value)
            return (hashlib.sha256(raw).hexdigest(), len(raw)) == (digest["sha256"], digest["len"])
    return False


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
        return report(Verifier(Bundle(given.bundle), given.vkey, outside, receipts, authorities).run())
    except Tampered as failure:
        print(f"TAMPERED WITH: {failure}")
        return 1
    except Unreadable as problem:
        print(f"UNREADABLE: {problem}")
        return 2


if __name__ == "__main__":
    sys.exit(main())
