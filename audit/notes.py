"""Signed notes and checkpoints (C2SP signed-note and tlog-checkpoint), with Ed25519.

A note is a text of lines, an empty line, and signature lines `— <name> <base64 of key id and signature>`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
DASH = "\u2014 "
MOST_SIGNATURES = 16


class BadNote(ValueError):
    """A note that is malformed, or whose signature does not fit."""


@dataclass(frozen=True)
class Checkpoint:
    """The head of a log: its name, the number of its leaves, and the root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def public_of(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


def vkey(name: str, public: bytes) -> str:
    """What an auditor needs to verify notes of this name: `<name>+<hex key id>+<base64 key>`."""
    return f"{name}+{key_id(name, public).hex()}+{base64.b64encode(ED25519 + public).decode()}"


def sign(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """The note of `text`, which ends in a line break."""
    if not text.endswith("\n"):
        raise ValueError("The text of a note ends in a line break.")
    signature = key_id(name, public_of(key)) + key.sign(text.encode())
    return f"{text}\n{DASH}{name} {base64.b64encode(signature).decode()}\n"


def opened(note: str, name: str, public: bytes) -> str:
    """The text of a note that this key has signed under this name.

    Raises:
        BadNote: no line break where one belongs, too many signatures, none by this key, or one that does not fit.
    """
    text, separator, signatures = note.rpartition("\n\n")
    if not separator or not signatures.endswith("\n") or any(ord(c) < 32 and c != "\n" for c in note):
        raise BadNote("This is no signed note.")
    text += "\n"
    lines = signatures[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES or not all(line.startswith(DASH) for line in lines):
        raise BadNote("The signatures of this note are malformed.")
    wanted = key_id(name, public)
    for line in lines:
        signer, _, encoded = line[len(DASH) :].partition(" ")
        try:
            raw = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            raise BadNote("The signatures of this note are malformed.") from None
        if signer == name and raw[:4] == wanted:
            try:
                Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], text.encode())
            except InvalidSignature:
                raise BadNote("The signature does not fit the text.") from None
            return text
    raise BadNote(f"It is not signed by {name}.")


def checkpoint_of(text: str) -> Checkpoint:
    """Raises: BadNote: the text is no checkpoint."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0] or not _is_count(lines[1]):
        raise BadNote("This note is no checkpoint.")
    try:
        root = base64.b64decode(lines[2], validate=True)
    except (binascii.Error, ValueError):
        raise BadNote("This note is no checkpoint.") from None
    if len(root) != 32:
        raise BadNote("This note is no checkpoint.")
    return Checkpoint(lines[0], int(lines[1]), root)


def head_of(note: str) -> Checkpoint:
    """The checkpoint a note holds, its signature not looked at."""
    return checkpoint_of(note.rpartition("\n\n")[0] + "\n")


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and (text == "0" or text[0] != "0") and len(text) < 19
