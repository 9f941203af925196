"""Many files in one, always with the same bytes: a ZIP with a manifest of hashes."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from audit.canon import canonical

EPOCH = (1980, 1, 1, 0, 0, 0)


class Parts:
    """Files of one packed file while they grow; packed in the order of their names, with fixed times."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, name: str, data: bytes) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_bytes(data)

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        with (self.folder / name).open("wb") as file:
            yield file

    def pack(self, path: Path, form: str, **told: Any) -> None:
        """Write one file to `path`, with a MANIFEST.json that names this form, what is told, and every file's hash."""
        names = sorted(str(p.relative_to(self.folder)) for p in self.folder.rglob("*") if p.is_file())
        listed = []
        for name in names:
            with (self.folder / name).open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            listed.append({"name": name, "size": (self.folder / name).stat().st_size, "sha256": digest})
        self.put("MANIFEST.json", canonical({"format": form, **told, "files": listed}))
        fresh = path.with_name(path.name + ".part")
        with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
            for name in ["MANIFEST.json", *names]:
                info = zipfile.ZipInfo(name, EPOCH)
                info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                with (self.folder / name).open("rb") as source, packed.open(info, "w", force_zip64=True) as target:
                    while piece := source.read(1 << 20):
                        target.write(piece)
        fresh.replace(path)
