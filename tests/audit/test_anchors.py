"""Anchors: the root note given to others, each once, and found again in the bundle."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from audit import SYSTEM_LOG, anchoring, bundle, keys, notes, sealing, tasks
from audit.actors import ROOT_LOG
from audit.models import Anchor, Checkpoint
from audit.standalone import verify_bundle as v
from crispmlq.environment import require_https
from tests.audit.authority import Authority, response
from tests.audit.bundles import packed, unpacked
from tests.audit.test_acts import made
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def places(settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_STATE_FILE = tmp_path / "state"
    (tmp_path / "kept").mkdir()
    cache.clear()
    sealing.seal_all()


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.AUDIT_ANCHOR_FOLDER = str(tmp_path / "kept")
    return tmp_path / "kept"


class Server(HTTPServer):
    """Keeps what it was sent, and answers as told."""

    received: list[tuple[str, bytes]]
    answer: Callable[[bytes], tuple[int, bytes]]


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.headers["Content-Type"], body))
        status, answer = self.server.answer(body)
        self.send_response(status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as running:
        running.received, running.answer = [], lambda _: (200, b"")
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield running
        running.shutdown()


def url(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_port}/"


def root_note() -> tuple[int, str]:
    newest = Checkpoint.objects.filter(log_id=ROOT_LOG).latest("size")
    return newest.size, newest.note


def test_the_note_is_put_into_a_folder_once(folder: Path) -> None:
    size, note = root_note()
    assert anchoring.anchor() == (["folder"], {})
    assert (folder / f"root-{size}.txt").read_text() == note
    kept = Anchor.objects.get()
    assert (kept.kind, kept.root_size, bytes(kept.payload).decode()) == ("folder", size, note)
    assert anchoring.anchor(now=True) == ([], {})
    assert Anchor.objects.count() == 1


def test_a_file_that_is_there_is_never_overwritten(folder: Path) -> None:
    size, note = root_note()
    path = folder / f"root-{size}.txt"
    path.write_text("another note")
    _, failed = anchoring.anchor()
    assert "not overwritten" in failed["folder"]
    assert path.read_text() == "another note"
    path.write_text(note)  # as if the process died between the file and the row
    assert anchoring.anchor() == (["folder"], {})


def test_the_note_is_sent_by_mail(settings: Any) -> None:
    settings.AUDIT_ANCHOR_MAIL = ["partner@example.org", "auditor@example.org"]
    size, note = root_note()
    assert anchoring.anchor() == (["mail"], {})
    sent = mail.outbox[0]
    assert sent.to == ["partner@example.org", "auditor@example.org"]
    assert sent.body == note
    assert f"{size} seals" in sent.subject


def test_the_note_is_posted_to_a_webhook(settings: Any, server: Server) -> None:
    settings.AUDIT_ANCHOR_WEBHOOK = url(server)
    assert anchoring.anchor() == (["webhook"], {})
    assert server.received == [("text/plain; charset=utf-8", root_note()[1].encode())]


@pytest.mark.parametrize("status", [302, 307, 404, 500])
def test_a_webhook_that_does_not_take_the_note_has_not_anchored_it(settings: Any, server: Server, status: int) -> None:
    settings.AUDIT_ANCHOR_WEBHOOK = url(server)
    server.answer = lambda _: (status, b"")
    done, failed = anchoring.anchor()
    assert done == []
    assert str(status) in failed["webhook"]
    assert len(server.received) == 1
    assert not Anchor.objects.exists()


def trusting(settings: Any, authority: Authority, server: Server) -> None:
    """The authority is asked, and its root is the one that is trusted."""
    settings.AUDIT_ANCHOR_TSA = url(server)
    path = Path(settings.AUDIT_STATE_FILE).with_name("authority.pem")
    path.write_bytes(authority.pem)
    settings.AUDIT_ANCHOR_TSA_CERTIFICATES = str(path)


@pytest.mark.parametrize(
    "wrong", ["another authority", "an expired one", "another purpose", "another nonce", "no file", "none"]
)
def test_a_timestamp_that_is_not_to_be_trusted_is_not_kept_and_seen(
    settings: Any, server: Server, cast: Cast, wrong: str
) -> None:
    authority = Authority(
        days=(-60, -30) if wrong == "an expired one" else (-30, 30),
        purpose=ExtendedKeyUsageOID.CODE_SIGNING if wrong == "another purpose" else ExtendedKeyUsageOID.TIME_STAMPING,
    )
    trusting(settings, Authority() if wrong == "another authority" else authority, server)
    if wrong in {"no file", "none"}:
        settings.AUDIT_ANCHOR_TSA_CERTIFICATES = "" if wrong == "none" else "/nowhere.pem"
    text = notes.head_of(root_note()[1]).text.encode()
    old = response(authority.token(text, nonce=5))
    server.answer = lambda request: (200, old if wrong == "another nonce" else authority.answer(request))
    done, failed = anchoring.anchor()
    assert (done, list(failed)) == ([], ["tsa"])
    assert not Anchor.objects.exists()
    client = Client()
    client.force_login(cast.ada.user)
    page = client.get("/projects/churn/integrity").content.decode()
    assert "the last try failed, and nothing was kept of it" in page
    trusting(settings, good := Authority(), server)
    server.answer = lambda request: (200, good.answer(request))
    assert anchoring.anchor() == (["tsa"], {})
    assert "the last try failed" not in client.get("/projects/churn/integrity").content.decode()


def test_a_timestamp_is_asked_for_and_kept(settings: Any, server: Server) -> None:
    authority = Authority()
    trusting(settings, authority, server)
    server.answer = lambda request: (200, authority.answer(request))
    assert anchoring.anchor() == (["tsa"], {})
    assert server.received[0][0] == "application/timestamp-query"
    stamp = v.timestamp_of(bytes(Anchor.objects.get().payload))
    assert stamp.imprint == v.hashlib.sha256(notes.head_of(root_note()[1]).text.encode()).digest()


def test_one_that_fails_does_not_keep_the_others_back(settings: Any, folder: Path, server: Server) -> None:
    settings.AUDIT_ANCHOR_TSA = url(server)
    settings.AUDIT_ANCHOR_WEBHOOK = "http://127.0.0.1:1/"
    folder.rmdir()
    settings.AUDIT_ANCHOR_MAIL = ["partner@example.org"]
    done, failed = anchoring.anchor()
    assert done == ["mail"]
    assert set(failed) == {"folder", "webhook", "tsa"}


def test_the_task_anchors_once_a_day(folder: Path, time_machine: Any) -> None:
    tasks.anchor()
    made()
    sealing.seal()
    tasks.anchor()
    assert Anchor.objects.count() == 1
    time_machine.move_to(datetime.now(UTC) + timedelta(hours=23, minutes=30))
    tasks.anchor()
    assert Anchor.objects.count() == 2


def test_a_kind_is_late_only_if_something_was_sealed_since(folder: Path, time_machine: Any) -> None:
    assert [s.is_late for s in anchoring.standings()] == [True]
    anchoring.anchor()
    made()
    sealing.seal()
    assert [s.is_late for s in anchoring.standings()] == [False]
    time_machine.move_to(datetime.now(UTC) + timedelta(hours=25))
    assert [s.is_late for s in anchoring.standings()] == [True]
    Anchor.objects.create(root_size=root_note()[0], kind="folder", payload=b"", at=timezone.now() - timedelta(days=3))
    assert [s.is_late for s in anchoring.standings()] == [False]


def test_nothing_is_told_of_kinds_nobody_uses() -> None:
    assert anchoring.standings() == []


class TestOfTheCommand:
    def run(self, *arguments: str) -> str:
        out = StringIO()
        call_command("audit_anchor", *arguments, stdout=out)
        return out.getvalue()

    def test_it_waits_for_the_day_unless_told_otherwise(self, folder: Path) -> None:
        assert self.run() == "Anchored: folder.\n"
        made()
        assert self.run() == "Anchored: nothing that was not anchored yet.\n"
        assert self.run("--now") == "Anchored: folder.\n"

    def test_it_needs_a_place(self) -> None:
        with pytest.raises(CommandError, match="No anchor is configured"):
            self.run()

    def test_it_names_what_failed(self, folder: Path, settings: Any, tmp_path: Path) -> None:
        settings.AUDIT_ANCHOR_FOLDER = str(tmp_path / "nowhere")
        with pytest.raises(CommandError, match=r"folder: .*nowhere"):
            self.run()
        settings.AUDIT_KEY_FILE = tmp_path / "no key"
        with pytest.raises(CommandError, match="no signing key"):
            self.run("--now")


@pytest.mark.parametrize(
    "address", ["http://example.org/", "ftp://localhost/", "file:///etc/passwd", "http://localhost.example.org/"]
)
def test_a_note_is_posted_over_https_only(address: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="AUDIT_ANCHOR_WEBHOOK takes"):
        require_https("AUDIT_ANCHOR_WEBHOOK", address)


@pytest.mark.parametrize("address", ["", "https://example.org/x", "http://localhost:8000/", "http://[::1]/"])
def test_https_and_this_machine_are_taken(address: str) -> None:
    require_https("AUDIT_ANCHOR_WEBHOOK", address)


# V6: what the program for strangers makes of anchors


@pytest.fixture
def authority(settings: Any, server: Server, folder: Path) -> Authority:
    made_here = Authority()
    trusting(settings, made_here, server)
    server.answer = lambda request: (200, made_here.answer(request))
    assert anchoring.anchor() == (["folder", "tsa"], {})
    made()
    return made_here


@pytest.fixture
def files(authority: Authority, tmp_path: Path) -> dict[str, bytes]:
    bundle.write(SYSTEM_LOG, tmp_path / "bundle.zip")
    return unpacked(tmp_path / "bundle.zip")


def check(path: Path, *trusted: Authority) -> v.Result:
    return v.Verifier(v.Bundle(path), keys.published()[:1], [], [], [each.root for each in trusted]).run()


def stamp_in(files: dict[str, bytes]) -> str:
    return next(name for name in files if name.endswith(".tst"))


def test_anchors_go_into_the_bundle_and_are_checked(
    files: dict[str, bytes], authority: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    size = root_note()[0] - 1
    assert [n for n in files if n.startswith("anchors/")] == [f"anchors/folder-{size}.txt", f"anchors/tsa-{size}.tst"]
    (tmp_path / "tsa.pem").write_bytes(authority.pem)
    path = packed(files, tmp_path)
    vkey = keys.published()[0]
    assert v.main([str(path), "--vkey", vkey, "--tsa", str(tmp_path / "tsa.pem")]) == 0
    said = capsys.readouterr().out
    assert "2 anchors, each of a beginning of this trail." in said
    assert "by CN=Timestamps of the tests" in said
    assert "Self-attested" not in said
    assert v.main([str(path), "--vkey", vkey]) == 0
    said = capsys.readouterr().out
    assert f"Not checked: anchors/tsa-{size}.tst" in said
    assert "Self-attested" in said
    assert v.main([str(path), "--vkey", vkey, "--tsa", str(path)]) == 2


def test_a_foreign_authority_is_told(files: dict[str, bytes], tmp_path: Path) -> None:
    with pytest.raises(v.Tampered, match="not certified by an authority you gave") as found:
        check(packed(files, tmp_path), Authority())
    assert (found.value.check, found.value.file) == ("V6", stamp_in(files))


def test_an_expired_chain_is_told(files: dict[str, bytes], tmp_path: Path) -> None:
    past = Authority(days=(-60, -30))
    text = notes.head_of(files[stamp_in(files).replace("tsa", "folder").replace("tst", "txt")].decode()).text
    files[stamp_in(files)] = past.token(text.encode())
    with pytest.raises(v.Tampered, match=r"V6: .* was not valid at"):
        check(packed(files, tmp_path), past)


@pytest.mark.parametrize("token", [b"", b"nonsense", b"\x30\x00", "another note"])
def test_a_token_of_another_note_is_told(
    files: dict[str, bytes], authority: Authority, tmp_path: Path, token: Any
) -> None:
    files[stamp_in(files)] = authority.token(token.encode()) if isinstance(token, str) else token
    with pytest.raises(v.Tampered) as found:
        check(packed(files, tmp_path), authority)
    assert (found.value.check, found.value.file) == ("V6", stamp_in(files))
    assert len(check(packed(files, tmp_path)).unchecked) == 1


def test_an_anchor_of_a_trail_that_was_rewritten_is_told(files: dict[str, bytes], tmp_path: Path) -> None:
    name = stamp_in(files).replace("tsa", "folder").replace("tst", "txt")
    head = notes.head_of(files[name].decode())
    forged = notes.Checkpoint(head.origin, head.size, bytes(32))
    files[name] = notes.sign(forged.text, head.origin, keys.current()[0]).encode()
    with pytest.raises(v.Tampered, match=r"V6: .*rewritten"):
        check(packed(files, tmp_path))


def test_an_anchor_of_a_later_head_is_told(files: dict[str, bytes], tmp_path: Path) -> None:
    files["anchors/mail-9999.txt"] = files[stamp_in(files).replace("tsa", "folder").replace("tst", "txt")]
    with pytest.raises(v.Tampered, match=r"V6: .*9999 seals, but the bundle ends"):
        check(packed(files, tmp_path))


def test_an_anchor_with_another_signature_is_told(files: dict[str, bytes], tmp_path: Path) -> None:
    name = stamp_in(files).replace("tsa", "folder").replace("tst", "txt")
    text, _, _ = files[name].decode().rpartition("\n\n")
    files[name] = f"{text}\n\n{files['root.note'].decode().rpartition(chr(10) * 2)[2]}".encode()
    with pytest.raises(v.Tampered, match=r"V6: .*signature"):
        check(packed(files, tmp_path))


def test_an_anchor_of_an_unknown_kind_is_listed_as_not_checked(files: dict[str, bytes], tmp_path: Path) -> None:
    files["anchors/ledger-3.json"] = b"{}"
    assert "does not know" in check(packed(files, tmp_path)).unchecked[-1]


def test_anchors_above_the_head_of_the_bundle_stay_out(authority: Authority, tmp_path: Path) -> None:
    Anchor.objects.create(root_size=9999, kind="mail", payload=b"", at=timezone.now())
    bundle.write(SYSTEM_LOG, tmp_path / "bundle.zip")
    with zipfile.ZipFile(tmp_path / "bundle.zip") as written:
        assert "anchors/mail-9999.txt" not in written.namelist()
