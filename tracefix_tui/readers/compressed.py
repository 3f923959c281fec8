"""Compressed and packed bytes: gzip, zstd and zip to plain bytes, within limits that a bomb cannot pass."""

from __future__ import annotations

import io
import zlib
from typing import Any

from tracefix_tui.model.errors import UnreadableTrace

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # the second begins an archive that holds nothing
MAX_BYTES = 2 << 30
# A trace file that packs tighter than this is made to exhaust memory; small files are let through.
MAX_RATIO = 300
FREE_BYTES = 32 << 20
_CHUNK = 1 << 20
_BOMB_HINT = "Unpack it yourself if you trust it, and open the file inside"


class Budget:
    """How many bytes one input may still expand to, in all its layers and members together."""

    def __init__(self, path: str, packed: int) -> None:
        self._path = path
        self._packed = max(1, packed)
        self._spent = 0

    def spend(self, count: int) -> None:
        """Count `count` expanded bytes; raises `UnreadableTrace` once the input expands too far."""
        self._spent += count
        if self._spent > MAX_BYTES:
            raise UnreadableTrace(self._path, "", f"it expands to more than {MAX_BYTES >> 30} GiB", _BOMB_HINT)
        if self._spent > FREE_BYTES and self._spent > self._packed * MAX_RATIO:
            raise UnreadableTrace(
                self._path, "", f"it expands more than {MAX_RATIO} times, as a zip bomb does", _BOMB_HINT
            )


def gunzip(data: bytes, budget: Budget) -> tuple[bytes, str | None]:
    """The expanded bytes of all gzip members, and what is wrong with the rest (None: nothing)."""
    out = io.BytesIO()
    rest = data
    while rest.startswith(GZIP):
        stream = zlib.decompressobj(wbits=31)
        try:
            while rest and not stream.eof:
                piece = stream.decompress(rest, _CHUNK)
                budget.spend(len(piece))
                out.write(piece)
                rest = stream.unconsumed_tail
        except zlib.error as problem:
            return out.getvalue(), f"the compressed data is damaged ({problem})"
        if not stream.eof:
            return out.getvalue(), "the compressed data is cut off"
        rest = stream.unused_data
    return out.getvalue(), None


def unzstd(data: bytes, budget: Budget) -> tuple[bytes, str | None]:
    """The expanded bytes of all zstd frames, and what is wrong with the rest (None: nothing)."""
    import zstandard  # 15 ms, and rarely needed

    out = io.BytesIO()
    stream = zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True)
    try:
        promised = zstandard.frame_content_size(data)
        while piece := stream.read(_CHUNK):
            budget.spend(len(piece))
            out.write(piece)
    except zstandard.ZstdError as problem:
        return out.getvalue(), f"the compressed data is damaged ({problem})"
    return out.getvalue(), "the compressed data is cut off" if out.tell() < promised else None


def unzip(data: bytes, path: str, budget: Budget) -> tuple[list[tuple[str, bytes]], list[str]]:
    """(name, bytes) of the files in a zip, in its order, and a line for each that cannot be read."""
    import zipfile  # 12 ms, and rarely needed

    members: list[tuple[str, bytes]] = []
    problems: list[str] = []
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError) as problem:
        raise UnreadableTrace(path, "byte 0", f"this zip is damaged: {problem}", "Download the export again") from None
    for info in archive.infolist():
        if info.is_dir() or info.filename.startswith("__MACOSX/"):
            continue
        try:
            with archive.open(info) as member:
                members.append((info.filename, _read_member(member, budget)))
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as problem:
            problems.append(f"{info.filename} in the zip cannot be read ({problem})")
    return members, problems


def _read_member(member: Any, budget: Budget) -> bytes:
    out = io.BytesIO()
    while piece := member.read(_CHUNK):
        budget.spend(len(piece))
        out.write(piece)
    return out.getvalue()
