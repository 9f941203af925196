"""The bundle of a project: what is in it, and what is none."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from audit.standalone import verify_bundle as v
from projects.services import projects
from tests.audit.bundles import Sample, check, packed, unpacked, written
from tests.cast import Cast


def test_an_untouched_bundle_is_good(sample: Sample, tmp_path: Path) -> None:
    note = ("kept.txt", sample.older["log.note"].decode())
    root = ("root.txt", sample.older["root.note"].decode())
    result = check(packed(sample.files, tmp_path), [sample.vkey], note, root)
    assert result.warnings == []
    assert [line.split(":")[0] for line in result.outside] == ["kept.txt", "root.txt"]


def test_the_same_head_gives_the_same_bytes(cast: Cast, tmp_path: Path) -> None:
    first = written(cast, tmp_path).read_bytes()
    assert written(cast, tmp_path).read_bytes() == first


def test_it_shows_nothing_of_another_project(cast: Cast, tmp_path: Path) -> None:
    other = projects.create(slug="hidden", name="Hidden", purpose="Secret.", by=cast.mara)
    everything = b"".join(unpacked(written(cast, tmp_path)).values())
    assert str(other.pk).encode() not in everything
    assert b"Secret." not in everything


def test_two_processes_agree_on_what_is_good(sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(v, "WORTH_PROCESSES", 0)
    path = packed(sample.files, tmp_path)
    two = v.Verifier(v.Bundle(path), [sample.vkey], [], [], processes=2).run()
    assert two == check(path, [sample.vkey])


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04" + bytes(50)])
def test_what_is_no_zip_file_is_unreadable(tmp_path: Path, data: bytes, sample: Sample) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(data)
    assert v.main([str(path), "--vkey", sample.vkey]) == 2


def test_a_file_cut_short_is_unreadable_and_a_damaged_one_tampered_with(sample: Sample, tmp_path: Path) -> None:
    path = packed(sample.files, tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert v.main([str(path), "--vkey", sample.vkey]) == 2
    with zipfile.ZipFile(io.BytesIO(whole)) as known:
        at = known.getinfo("events.jsonl").header_offset + 200
    path.write_bytes(whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :])
    assert v.main([str(path), "--vkey", sample.vkey]) == 1


def test_a_clock_set_back_is_a_warning(sample: Sample, tmp_path: Path) -> None:
    result = v.Result(warnings=["V11: events.jsonl, line 4: the clock was set back."])
    printed: list[str] = []
    assert v.report(result, printed.append) == 3
    verifier = v.Verifier(v.Bundle(packed(sample.files, tmp_path)), [sample.vkey], [], [])
    latest = verifier._time("2026-11-24T10:00:00.000000Z", "", 1)
    assert verifier._time("2026-11-24T09:59:00.000000Z", latest, 2) == latest
    assert verifier.result.warnings == []
    verifier._time("2026-11-24T09:00:00.000000Z", latest, 3)
    assert "line 3" in verifier.result.warnings[0]


def test_a_missing_key_or_file_is_no_verdict(
    sample: Sample, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = packed(sample.files, tmp_path)
    assert v.main([str(path), "--vkey", "nonsense"]) == 2
    assert v.main([str(path), "--vkey", sample.vkey, "--checkpoint", str(tmp_path / "none")]) == 2
    with pytest.raises(SystemExit) as ended:
        v.main([str(path)])
    assert ended.value.code == 2
