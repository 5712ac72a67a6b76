"""The container of the built tables: a header that is checked, then mapped arrays.

Layout, little-endian: 8 bytes magic, uint32 format, uint32 header length, the header as
UTF-8 JSON, then the arrays, each on a 64-byte boundary. The header names every array with
its type, shape and offset, and carries the facts about the build. Nothing in a table is
executed, and a table that does not fit its header is refused.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .errors import UnspinError

MAGIC = b"UNSPINTB"
FORMAT = 1
_ALIGN = 64
_MAX_HEADER = 1 << 20
_DTYPES = {"u1", "u2", "u4", "u8", "i1", "i2", "i4", "f2", "f4"}


class TableError(UnspinError):
    """A table that cannot be used; the message says which file, why, and what to do."""


def write_table(path: Path, kind: str, facts: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
    """Write ``arrays`` with the build's ``facts`` to ``path``."""
    sections, blobs, offset = {}, [], 0
    for name, array in arrays.items():
        array = np.ascontiguousarray(array)
        dtype = array.dtype.newbyteorder("<").str.lstrip("<|")
        if dtype not in _DTYPES:
            raise ValueError(f"array {name} has type {dtype}, which tables do not hold")
        blob = array.astype(array.dtype.newbyteorder("<")).tobytes()
        sections[name] = {"dtype": dtype, "shape": list(array.shape), "offset": offset}
        padding = -len(blob) % _ALIGN
        blobs.append(blob + b"\0" * padding)
        offset += len(blob) + padding
    digest = hashlib.sha256()
    for blob in blobs:
        digest.update(blob)
    header = {
        "kind": kind,
        **facts,
        "sections": sections,
        "bytes": offset,
        "sha256": digest.hexdigest(),
    }
    encoded = json.dumps(header, sort_keys=True, ensure_ascii=False).encode()
    encoded += b" " * (-(16 + len(encoded)) % _ALIGN)
    temporary = path.with_suffix(path.suffix + ".tmp")
    with temporary.open("wb") as out:
        out.write(MAGIC + struct.pack("<II", FORMAT, len(encoded)) + encoded)
        for blob in blobs:
            out.write(blob)
    temporary.replace(path)


class Table:
    """A mapped table: ``header`` (dict) and arrays by name."""

    def __init__(self, path: Path, kind: str) -> None:
        self.path = path
        try:
            size = path.stat().st_size
            with path.open("rb") as source:
                head = source.read(16)
                if head[:8] != MAGIC:
                    raise TableError(f"{path}: not an unspin table; rebuild it with `unspin lexicon build`")
                version, length = struct.unpack("<II", head[8:16])
                if version != FORMAT:
                    raise TableError(
                        f"{path}: table format {version}, this version of unspin reads {FORMAT};"
                        " rebuild it with `unspin lexicon build`"
                    )
                if length > _MAX_HEADER or 16 + length > size:
                    raise TableError(f"{path}: the table's header is damaged; rebuild or reinstall it")
                encoded = source.read(length)
        except OSError as error:
            raise TableError(f"{path}: cannot read the table ({error.strerror})") from None
        except struct.error:
            raise TableError(f"{path}: the table is cut short; rebuild or reinstall it") from None
        try:
            self.header: dict[str, Any] = json.loads(encoded)
            sections = self.header["sections"]
            found, total = self.header["kind"], int(self.header["bytes"])
            if not isinstance(sections, dict):
                raise ValueError
        except (ValueError, KeyError, TypeError):
            raise TableError(f"{path}: the table's header is damaged; rebuild or reinstall it") from None
        if found != kind:
            raise TableError(f"{path}: holds a {found} table where a {kind} table is needed")
        base = 16 + length
        if base + total != size:
            raise TableError(
                f"{path}: {size} bytes long where it should be {base + total}; rebuild or reinstall it"
            )
        raw = np.memmap(path, dtype=np.uint8, mode="r", offset=0)
        self._arrays: dict[str, np.ndarray] = {}
        for name, section in sections.items():
            self._arrays[name] = self._map(raw, base, total, name, section)

    def _map(self, raw: np.ndarray, base: int, total: int, name: str, section: Any) -> np.ndarray:
        try:
            dtype, shape, offset = section["dtype"], section["shape"], section["offset"]
            if dtype not in _DTYPES or not all(isinstance(n, int) and n >= 0 for n in shape):
                raise ValueError
            count = 1
            for n in shape:
                count *= n
            length = count * np.dtype(dtype).itemsize
            if not isinstance(offset, int) or offset < 0 or offset % _ALIGN or offset + length > total:
                raise ValueError
        except (KeyError, TypeError, ValueError):
            raise TableError(
                f"{self.path}: section {name} does not fit the file; rebuild or reinstall it"
            ) from None
        start = base + offset
        plain = np.asarray(raw[start : start + length]).view(f"<{dtype}")
        return plain.reshape(shape)

    def __getitem__(self, name: str) -> np.ndarray:
        try:
            return self._arrays[name]
        except KeyError:
            raise TableError(
                f"{self.path}: section {name} is missing; rebuild or reinstall the table"
            ) from None

    def verify(self) -> None:
        """Read the whole file and compare its digest; raises :class:`TableError`."""
        digest = hashlib.sha256()
        with self.path.open("rb") as source:
            head = source.read(16)
            source.seek(16 + struct.unpack("<II", head[8:16])[1])
            for block in iter(lambda: source.read(1 << 20), b""):
                digest.update(block)
        if digest.hexdigest() != self.header.get("sha256"):
            raise TableError(f"{self.path}: the contents do not match their digest; rebuild or reinstall it")
