"""One file for many arrays and a record, with a checksum over all of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from exocosm.durable import replace_whole
from exocosm.errors import InputError

_MAGIC = b"exocosm-checkpoint-1\n"
_DIGEST = 32  # bytes of the BLAKE2b checksum at the end
_ALIGNED = 64  # bytes; each array begins at a multiple


def write(path: Path, record: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays, bit for bit, and a record of plain values; the file is whole or not there.

    Layout: a line that names the format; the length of the head (8 bytes, little-endian); the head as
    JSON; the arrays in C order and little-endian; BLAKE2b over all that (32 bytes).
    """
    table, offset = [], 0
    for name, array in arrays.items():
        kept = array.dtype.newbyteorder("<").str
        table.append({"name": name, "dtype": kept, "shape": array.shape, "offset": offset})
        offset += array.nbytes + -array.nbytes % _ALIGNED
    head = json.dumps({"record": record, "arrays": table}, ensure_ascii=False).encode()

    def fill(part: Path) -> None:
        digest = hashlib.blake2b(digest_size=_DIGEST)
        with open(part, "wb") as file:

            def put(content: Any) -> None:
                digest.update(content)
                file.write(content)

            for piece in (_MAGIC, len(head).to_bytes(8, "little"), head):
                put(piece)
            for entry, array in zip(table, arrays.values(), strict=True):
                flat = np.ascontiguousarray(array, dtype=str(entry["dtype"])).reshape(-1)
                put(flat.view(np.uint8).data if flat.size else b"")
                put(bytes(-array.nbytes % _ALIGNED))
            file.write(digest.digest())

    replace_whole(path, fill, durable=True)


def read(path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return record and arrays; raises InputError for a file that is cut off, changed or foreign."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"Could not read `{path}`: {error.strerror}.") from error
    if not content.startswith(_MAGIC):
        raise InputError(f"Expected `{path}` to be a checkpoint, found another file.")
    body = memoryview(content)[:-_DIGEST]
    if hashlib.blake2b(body, digest_size=_DIGEST).digest() != content[-_DIGEST:]:
        raise InputError(f"`{path}` is damaged: its checksum is wrong.")
    begin = len(_MAGIC) + 8
    length = int.from_bytes(body[begin - 8 : begin], "little")
    head = json.loads(bytes(body[begin : begin + length]))
    arrays = {}
    for entry in head["arrays"]:
        dtype, shape = np.dtype(entry["dtype"]), tuple(entry["shape"])
        count = int(np.prod(shape, dtype=np.int64))
        flat = np.frombuffer(body, dtype=dtype, count=count, offset=begin + length + entry["offset"])
        arrays[entry["name"]] = flat.reshape(shape).astype(dtype.newbyteorder("="))  # a copy, to write into
    return head["record"], arrays
