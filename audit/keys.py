"""The key that signs checkpoints. It lies in a file outside the database; the database knows the public halves."""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from audit import notes, tree
from audit.actors import ROOT_LOG, SYSTEM
from audit.acts import act
from audit.ids import uuid7
from audit.trail import Log, SigningKey
from crispmlq.errors import Conflict

ROTATION = "crispmlq/rotation/v1"


class NoKey(Conflict):
    code, title = "no_signing_key", "The trail has no key"


def make() -> SigningKey:
    """The key file, the name of the logs and the first public key; what is there already stays.

    Raises:
        NoKey: the file holds another key than the database knows, or another origin is configured.
    """
    if not Log.objects.filter(pk=ROOT_LOG).exists():
        origin = settings.AUDIT_ORIGIN or f"crispmlq.invalid/{uuid7()}"
        Log.objects.bulk_create([Log(id=ROOT_LOG, origin=origin, root=tree.EMPTY_ROOT)], ignore_conflicts=True)
    known = newest()
    if known is None:
        key = _read(_file()) if _file().exists() else _write(_file())
        known = SigningKey(public=notes.public_of(key).hex(), after_size=0)
        with act("log.key_made", by=SYSTEM, subject=known):
            known.save()
    current()
    return known


def current() -> tuple[Ed25519PrivateKey, str]:
    """The private key and the origin of the root log.

    Raises:
        NoKey: there is none, it is not the one the database knows, or the configured origin is another.
    """
    row = Log.objects.filter(pk=ROOT_LOG).first()
    root = base(row) if row else None
    known = newest()
    if root is None or known is None or not _file().exists():
        raise NoKey(f"There is no signing key at {_file()}. Run `manage.py audit_key make`, or put the key back there.")
    if settings.AUDIT_ORIGIN and root != settings.AUDIT_ORIGIN:
        raise NoKey(f"AUDIT_ORIGIN is “{settings.AUDIT_ORIGIN}”, but this trail began as “{root}”. It never changes.")
    key = _read(_file())
    if notes.public_of(key).hex() != known.public:
        raise NoKey(f"The key at {_file()} is not the one this trail is signed with now. Put the right one there.")
    return key, root


def newest() -> SigningKey | None:
    return SigningKey.objects.order_by("-after_size", "-id").first()


def rotate() -> SigningKey:
    """A new key, named in the trail and in a note by the old one, signs from the next seal on; the old one is deleted.

    May be repeated after a crash: a key the database knows already takes its place then. Holds the root log meanwhile.

    Raises:
        NoKey: as `current`.
    """
    waiting = _file().with_name(_file().name + ".next")
    known = newest()
    if known and waiting.exists() and notes.public_of(_read(waiting)).hex() == known.public:
        waiting.replace(_file())
        return known
    old, origin = current()
    waiting.unlink(missing_ok=True)
    new = notes.public_of(_write(waiting))
    known = SigningKey(public=new.hex())
    with act("log.key_rotated", by=SYSTEM, subject=known):
        known.after_size = Log.objects.select_for_update().get(pk=ROOT_LOG).size
        text = f"{ROTATION}\n{origin}\n{known.after_size}\n{base64.b64encode(new).decode()}\n"
        known.endorsement = notes.sign(text, origin, old)
        known.save()
    waiting.replace(_file())
    return known


def published() -> list[str]:
    """The vkeys of the root log, newest first."""
    origin = root_origin()
    keys = SigningKey.objects.order_by("-after_size", "-id").values_list("public", flat=True)
    return [notes.vkey(origin, bytes.fromhex(public)) for public in keys]


def log_origin(root: str, log_id: object, epoch: int = 1) -> str:
    """The name of a log: of the root log, the log, and its epoch from the second on."""
    return f"{root}/{log_id}" + (f"/e{epoch}" if epoch > 1 else "")


def root_origin() -> str:
    """The name of the trail, by which its keys are known; the same in every epoch."""
    return base(Log.objects.get(pk=ROOT_LOG))


def base(log: Log) -> str:
    """The name of a log without its epoch."""
    return log.origin.removesuffix(f"/e{log.epoch}") if log.epoch > 1 else log.origin


def _file() -> Path:
    return Path(settings.AUDIT_KEY_FILE)


def _write(path: Path) -> Ed25519PrivateKey:
    key = Ed25519PrivateKey.generate()
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(base64.b64encode(key.private_bytes_raw()).decode() + "\n")
    return key


def _read(path: Path) -> Ed25519PrivateKey:
    try:
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(path.read_text().strip(), validate=True))
    except (OSError, ValueError, binascii.Error):
        raise NoKey(f"{path} holds no Ed25519 key: 32 bytes in base64.") from None
