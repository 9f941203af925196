"""The witness of a partner: it takes a trail that has only grown, and refuses every other."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client

from audit import SYSTEM_LOG, bundle, keys, notes, sealing, tiles, tree
from audit.actors import ROOT_LOG
from audit.models import Checkpoint
from audit.standalone import verify_bundle
from audit.standalone import witness as w
from tests.audit.test_acts import made

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def trail(settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_STATE_FILE = tmp_path / "state"
    grow()


def grow(count: int = 1) -> None:
    for _ in range(count):
        made()
        sealing.seal_all()


def served(url: str) -> str:
    answer = Client().get(url.removeprefix("https://trail.example.org"))
    if answer.status_code != 200:
        raise w.Unreadable(str(answer.status_code))
    return answer.content.decode()


@pytest.fixture
def look(tmp_path: Path) -> Callable[..., int]:
    """`look()`: run the program once; `look(lambda url: ...)`: with other answers."""

    def run(get: Callable[[str], str] = served, vkey: str = "") -> int:
        arguments = ["https://trail.example.org/", "--vkey", vkey or keys.published()[0], "--name", "me.example.net"]
        return w.main([*arguments, "--folder", str(tmp_path / "seen")], get)

    return run


def newest() -> notes.Checkpoint:
    return notes.head_of(Checkpoint.objects.filter(log_id=ROOT_LOG).latest("size").note)


def signed(size: int, root: bytes, leaves: bytes = b"", key: Ed25519PrivateKey | None = None) -> str:
    """An answer the operator makes up, by default signed with the real key."""
    real, origin = keys.current()
    note = notes.sign(notes.Checkpoint(origin, size, root).text, origin, key or real)
    return note + "\n" + "".join(leaves[at : at + 32].hex() + "\n" for at in range(0, len(leaves), 32))


def test_the_newest_root_is_public_and_signed() -> None:
    note = served("/.well-known/crispmlq-root")
    key, origin = keys.current()
    assert notes.checkpoint_of(notes.opened(note, origin, notes.public_of(key))) == newest()


def test_the_hashes_since_a_size_come_with_the_note() -> None:
    grow(3)
    size = newest().size
    leaves = tiles.Reader(ROOT_LOG).leaves(size)
    for since in (0, 1, size - 1, size, size + 5):
        text, _, hashes = w.parted(served(f"/.well-known/crispmlq-root?since={since}"))
        assert text == newest().text
        assert b"".join(hashes) == leaves[since * 32 :]


@pytest.mark.parametrize("since", ["-1", "x", "1.5", "9" * 19, "²"])
def test_a_size_that_is_none_is_refused(since: str) -> None:
    assert Client().get("/.well-known/crispmlq-root", {"since": since}).status_code == 422


def test_tiles_give_stretches_over_their_borders() -> None:
    log_id = keys.uuid7()
    leaves = [tree.leaf(str(n).encode()) for n in range(700)]
    tiles.extend(log_id, 0, leaves)
    reader = tiles.Reader(log_id)
    for low, high in ((0, 700), (255, 257), (256, 512), (300, 600), (699, 700), (700, 700), (600, 300)):
        assert reader.leaves(high, since=low) == b"".join(leaves[low:high])


def test_it_keeps_a_cosigned_copy_of_what_it_sees(look: Callable[..., int], tmp_path: Path) -> None:
    assert look() == 0
    grow(2)
    assert look() == 0
    assert look() == 0
    folder = tmp_path / "seen"
    kept = (folder / f"cosigned-{newest().size}.txt").read_text()
    key = w.own_key(folder)
    assert stat.S_IMODE((folder / "key").stat().st_mode) == 0o600
    line = kept.splitlines()[-1]
    raw = w.base64.b64decode(line.rpartition(" ")[2])
    assert line.startswith("\u2014 me.example.net ")
    assert raw[:4].hex() in w.own_vkey("me.example.net", key)
    at = int.from_bytes(raw[4:12], "big")
    key.public_key().verify(raw[12:], f"cosignature/v1\ntime {at}\n{newest().text}".encode())


def test_auditors_can_bring_the_copy_to_the_bundle(look: Callable[..., int], tmp_path: Path) -> None:
    look()
    grow()
    bundle.write(SYSTEM_LOG, tmp_path / "bundle.zip")
    kept = next((tmp_path / "seen").glob("cosigned-*.txt"))
    vkey = keys.published()[0]
    assert verify_bundle.main([str(tmp_path / "bundle.zip"), "--vkey", vkey, "--checkpoint", str(kept)]) == 0


def test_long_stretches_come_in_pieces(
    look: Callable[..., int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("crispmlq.trail_key.MOST_HASHES", 2)
    grow(4)
    asked: list[str] = []
    assert look(lambda url: asked.append(url) or served(url)) == 0
    assert len(asked) > 2
    assert (tmp_path / "seen" / f"cosigned-{newest().size}.txt").exists()


def test_a_trail_that_does_not_begin_with_what_was_seen_is_refused(
    look: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grow(2)
    assert look() == 0
    before = (tmp_path / "seen" / "last").read_text()
    size, leaves = newest().size, tiles.Reader(ROOT_LOG).leaves(newest().size)
    other = [*(leaves[at : at + 32] for at in range(0, 32 * size - 32, 32)), bytes(32), bytes(32)]
    forged = signed(size + 1, tree.root(other), bytes(32))
    assert look(lambda _: forged) == 1
    assert "rewritten or forked" in capsys.readouterr().out
    assert next((tmp_path / "seen").glob("refused-*.txt")).read_text() == forged
    assert (tmp_path / "seen" / "last").read_text() == before
    assert look() == 0


def test_a_smaller_trail_is_refused(look: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    grow()
    assert look() == 0
    size = newest().size - 1
    assert look(lambda _: signed(size, tiles.Reader(ROOT_LOG).root(size))) == 1
    assert "cut or set back" in capsys.readouterr().out


def test_another_root_of_the_same_size_is_refused(look: Callable[..., int]) -> None:
    assert look() == 0
    assert look(lambda _: signed(newest().size, bytes(32))) == 1


def test_another_key_or_name_is_refused(look: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    head, leaves = newest(), tiles.Reader(ROOT_LOG).leaves(newest().size)
    other = Ed25519PrivateKey.generate()
    assert look(lambda _: signed(head.size, head.root, leaves, other)) == 1
    renamed = notes.vkey("other.example.org", notes.public_of(keys.current()[0]))
    assert look(vkey=renamed) == 1
    assert "not signed by “other.example.org”" in capsys.readouterr().out


@pytest.mark.parametrize("change", ["hash missing", "hash too many", "hash cut", "text", "html", "empty"])
def test_an_answer_that_does_not_fit_is_refused(look: Callable[..., int], change: str) -> None:
    def get(url: str) -> str:
        good = served(url)
        return {
            "hash missing": good[:-65],
            "hash too many": good + "00" * 32 + "\n",
            "hash cut": good[:-2],
            "text": good.replace(f"\n{newest().size}\n", f"\n{newest().size + 1}\n", 1),
            "html": "<html>\n\n</html>",
            "empty": "",
        }[change]

    assert look(get) == 1


def test_what_can_not_be_fetched_or_read_is_no_verdict(look: Callable[..., int], tmp_path: Path) -> None:
    for url in ("http://trail.example.org", "file:///etc/passwd", "http://127.0.0.1:1"):
        with pytest.raises(w.Unreadable):
            w.fetch(url)
    assert look(vkey="nonsense") == 2
    assert look() == 0
    last = tmp_path / "seen" / "last"
    last.write_text(last.read_text().replace("a", "b"))
    assert look() == 2
    (tmp_path / "seen" / "key").write_text("nonsense")
    assert look() == 2


def test_a_new_key_is_taken_beside_the_old_one(look: Callable[..., int], settings: Any, tmp_path: Path) -> None:
    old = keys.published()[0]
    assert look() == 0
    (tmp_path / "key").write_text(Path(settings.AUDIT_KEY_FILE).read_text())
    settings.AUDIT_KEY_FILE = tmp_path / "key"
    keys.rotate()
    grow()
    assert look(vkey=old) == 1
    new = keys.published()[0]
    arguments = ["https://trail.example.org", "--vkey", old, "--vkey", new, "--name", "me.example.net"]
    assert w.main([*arguments, "--folder", str(tmp_path / "seen")], served) == 0


@pytest.mark.slow
def test_it_fetches_from_a_running_server(
    transactional_db: None, live_server: Any, tmp_path: Path, settings: Any
) -> None:
    arguments = [live_server.url, "--vkey", keys.published()[0], "--folder", str(tmp_path / "seen")]
    assert w.main([*arguments, "--name", "me.example.net"]) == 0
