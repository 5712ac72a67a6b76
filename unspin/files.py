"""Reads what the command line names, and writes repaired files back.

Texts are decoded strictly and whole: line endings stay as they are and a byte order mark is
set aside, so that offsets count code points of the text proper, and what is written back
differs from what was read only where an edit changed it.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import glob
import os
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .errors import UnspinError
from .report import MAX_CHARACTERS

STDIN = "-"
SUFFIXES = frozenset({".txt", ".text", ".md", ".markdown", ".rst", ".adoc"})
# UTF-32-LE stands before UTF-16-LE, whose mark it begins with.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Encodings whose name asks for a mark: without one they are these.
_UNMARKED = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
_HEAD = 8192  # bytes looked at to tell a binary file
_CONTROL = bytes(sorted({*range(32), 127} - set(b"\t\n\v\f\r\b\x1b")))


class InputError(UnspinError):
    """One input that cannot be read or written; ``path`` and ``message`` say which and why."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path, self.message = path, message


@dataclass(frozen=True, slots=True)
class Input:
    """A file to read, or standard input (``path`` is None).

    ``root`` is the folder that a link may not lead out of when the file is written.
    """

    name: str
    path: Path | None = None
    root: Path | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A text that was read, and all that is needed to write it back in the same form."""

    input: Input
    text: str
    encoding: str
    mark: bytes  # byte order mark, perhaps empty
    data: bytes  # the bytes as read

    @property
    def name(self) -> str:
        return self.input.name

    def encode(self, text: str) -> bytes:
        """``text`` in this file's encoding; raises :class:`InputError` where it does not fit."""
        try:
            return self.mark + text.encode(self.encoding)
        except UnicodeEncodeError as error:
            letter = error.object[error.start]
            raise InputError(
                self.name, f"the repaired text holds {letter!r}, which {self.encoding} cannot write"
            ) from None


# -- finding ---------------------------------------------------------------------------------


def expand(paths: Iterable[str]) -> Iterator[Input | InputError]:
    """Every input that ``paths`` name, each once, in order; faults in their place.

    A path is a file, a folder (searched for text files by suffix, hidden ones and linked
    folders left out), a pattern that the shell left alone, or ``-``.
    """
    seen: set[str] = set()
    for given in paths:
        for item in _named(given):
            if isinstance(item, Input):
                key = STDIN if item.path is None else os.path.abspath(item.path)
                if key in seen:
                    continue
                seen.add(key)
            yield item


def _named(given: str) -> Iterator[Input | InputError]:
    if given == STDIN:
        yield Input(STDIN)
    elif os.path.isdir(given):
        yield from _folder(given, required=True)
    elif os.path.lexists(given) or not glob.has_magic(given):
        yield _file(given)
    else:
        matches = sorted(glob.glob(given, recursive=True))
        if not matches:
            yield InputError(given, "no file has a name like that")
        for match in matches:
            if os.path.isdir(match):
                yield from _folder(match, required=False)
            else:
                yield _file(match)


def _file(name: str) -> Input:
    path = Path(name)
    return Input(name, path, path.parent)


def _folder(top: str, required: bool) -> Iterator[Input | InputError]:
    """The text files below ``top``; linked folders are not entered, so circles cannot arise."""
    faults: list[OSError] = []
    found = False
    for folder, folders, names in os.walk(top, onerror=faults.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and os.path.splitext(name)[1].lower() in SUFFIXES:
                found = True
                path = os.path.join(folder, name)
                yield Input(path, Path(path), Path(top))
    for fault in faults:
        yield InputError(str(fault.filename), _why(fault))
    if required and not found and not faults:
        yield InputError(top, f"the folder holds no text files ({', '.join(sorted(SUFFIXES))})")


# -- reading ---------------------------------------------------------------------------------


def read(source: Input, stdin: Callable[[], bytes], encoding: str | None = None) -> Source:
    """Read and decode one input; ``stdin`` gives the bytes of standard input.

    A byte order mark decides; without one the text is in ``encoding``, or UTF-8. Raises
    :class:`InputError` where it cannot be read or is not text in that encoding.
    """
    try:
        data = stdin() if source.path is None else source.path.read_bytes()
    except OSError as error:
        raise InputError(source.name, _why(error)) from None
    made = decode(source, data, encoding)
    if len(made.text) > MAX_CHARACTERS:
        raise InputError(
            source.name,
            f"{len(made.text):,} characters, and at most {MAX_CHARACTERS:,} are read at once;"
            " split it, one document a file",
        )
    return made


def decode(source: Input, data: bytes, encoding: str | None = None) -> Source:
    """``data`` as text; see :func:`read`."""
    mark, name = b"", encoding and _UNMARKED.get(codecs.lookup(encoding).name, encoding)
    for candidate, marked in _MARKS:
        if data.startswith(candidate):
            mark, name = candidate, marked
            break
    if name is None and _binary(data[:_HEAD]):
        raise InputError(source.name, "binary, not text")
    try:
        text = data[len(mark) :].decode(name or "utf-8")
    except UnicodeDecodeError as error:
        at = len(mark) + error.start
        if name is None:
            raise InputError(
                source.name, f"not valid UTF-8 at byte {at}; say --encoding windows-1252 (or what it is)"
            ) from None
        raise InputError(source.name, f"not valid {name.upper()} at byte {at}") from None
    return Source(source, text, name or "utf-8", mark, data)


def _binary(head: bytes) -> bool:
    controls = len(head) - len(head.translate(None, _CONTROL))
    return b"\0" in head or controls > 0.1 * len(head)


def _why(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file"
    if error.errno == errno.ELOOP:
        return "a link that leads back to itself"
    return (error.strerror or str(error)).lower()


# -- writing ---------------------------------------------------------------------------------


def write(source: Source, text: str) -> None:
    """Replace the file that ``source`` was read from by ``text``, whole or not at all.

    Encoding, byte order mark and permissions stay. Raises :class:`InputError`, and leaves the
    file as it was, for standard input, a link that leads out of the folder it was found in,
    a file that changed since it was read, and whatever the system refuses.
    """
    name, path, root = source.name, source.input.path, source.input.root
    if path is None or root is None:
        raise InputError(name, "standard input cannot be written; use --stdout")
    if path.is_symlink():
        target = path.resolve()
        if not target.is_relative_to(root.resolve()):
            raise InputError(name, f"a link that leads out to {target}; name that file to write it")
        path = target
    data = source.encode(text)
    if source.encode(source.text) != source.data:
        raise InputError(name, f"{source.encoding} would not give the same bytes back; nothing was written")
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError(name, "not a regular file")
        if path.read_bytes() != source.data:
            raise InputError(name, "was changed while it was being repaired; nothing was written")
        if not os.access(path, os.W_OK):
            raise InputError(name, "is write-protected")
        replace(path, data)
    except OSError as error:
        raise InputError(name, f"cannot be written ({_why(error)})") from None


def replace(path: Path, data: bytes) -> None:
    """Put ``data`` in ``path`` atomically, by a temporary file beside it.

    Permissions, and the owner where the system lets us, stay. Raises OSError, with the old
    file untouched.
    """
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        _copy_rights(path, temporary)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _copy_rights(path: Path, temporary: str) -> None:
    try:
        old = path.stat()
    except FileNotFoundError:  # a new file: what open() would have given it
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        return
    new = os.stat(temporary)
    if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid) and hasattr(os, "chown"):
        # Another's file that we may write becomes ours, as with every editor that renames.
        with contextlib.suppress(PermissionError):
            os.chown(temporary, old.st_uid, old.st_gid)
    os.chmod(temporary, stat.S_IMODE(old.st_mode))
