"""What the commands share: the screen they write to, the inputs they read, the engine they ask."""

from __future__ import annotations

import codecs
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import click

from .files import STDIN, Input, InputError, Source, expand, read
from .render.runs import Line, paint, visible

if TYPE_CHECKING:
    from .engine import Unspin
    from .report import Verdict

OK, FLAGGED, USAGE = 0, 1, 2
PIPED_COLUMNS = 100  # width of reports that no terminal reads
_Command = TypeVar("_Command", bound=Callable[..., Any])


def _encoding(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    try:
        "a".encode(value)  # refuses codecs that are not of text, such as hex
        return codecs.lookup(value).name
    except (LookupError, ValueError):
        message = f"{value!r} is not an encoding; try utf-8, windows-1252 or utf-16."
        raise click.BadParameter(message, ctx, param) from None


def options(*decorators: Callable[[_Command], _Command]) -> Callable[[_Command], _Command]:
    """Several click decorators as one, in the order of the help text."""

    def decorate(command: _Command) -> _Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


encoding_option = click.option(
    "--encoding",
    metavar="NAME",
    callback=_encoding,
    help="How the files are encoded, where no byte order mark says it.  [default: utf-8]",
)
color_option = click.option(
    "--color",
    "colour",
    type=click.Choice(("auto", "always", "never")),
    default="auto",
    show_default=True,
    help="Colour the output; auto follows the terminal, NO_COLOR and FORCE_COLOR.",
)
threshold_option = click.option(
    "--threshold",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    metavar="SCORE",
    help="Flag from this score on, instead of the calibrated one.",
)
exit_zero_option = click.option(
    "--exit-zero", is_flag=True, help="Exit with 0 even where something is flagged."
)


@dataclass(frozen=True, slots=True)
class Screen:
    """How standard output is to be written."""

    colour: bool
    terminal: bool
    columns: int

    @classmethod
    def of(cls, colour: str) -> Screen:
        """From ``--color`` and the environment (NO_COLOR, FORCE_COLOR, TERM, COLUMNS)."""
        terminal = sys.stdout.isatty()
        paints = colour == "always"
        if colour == "auto" and not os.environ.get("NO_COLOR"):
            paints = bool(os.environ.get("FORCE_COLOR")) or (terminal and os.environ.get("TERM") != "dumb")
        columns = shutil.get_terminal_size().columns if terminal else PIPED_COLUMNS
        return cls(paints, terminal, max(40, columns))

    def show(self, lines: Iterable[Line]) -> None:
        """Print lines, each with a line feed."""
        for line in lines:
            click.echo(paint(line, self.colour), color=True)


def stdin() -> bytes:
    """All of standard input."""
    return sys.stdin.buffer.read() if sys.stdin is not None else b""


def note(message: str) -> None:
    """One line on standard error."""
    click.echo(visible(message), err=True)


@dataclass(slots=True)
class Session:
    """One run over inputs: the engine, made when the first text is there, and what came of it."""

    threshold: float | None = None
    encoding: str | None = None
    verdicts: list[Verdict] = field(default_factory=list)
    failed: int = 0
    _engine: Unspin | None = None

    @property
    def engine(self) -> Unspin:
        if self._engine is None:
            from .engine import Config, Unspin

            self._engine = Unspin(Config(threshold=self.threshold))
        return self._engine

    def inputs(self, paths: Sequence[str]) -> Iterable[Input | InputError]:
        """What ``paths`` name; standard input where they name nothing and it is no terminal."""
        if paths:
            return expand(paths)
        if sys.stdin is None or sys.stdin.isatty():
            raise click.UsageError(
                "Nothing to read: name a file or a folder, or pipe a text in (`unspin check article.txt`)."
            )
        return [Input(STDIN)]

    def sources(self, inputs: Iterable[Input | InputError]) -> Iterator[Source | InputError]:
        """Every input read; those that cannot be are noted, counted, and handed on as errors."""
        for item in inputs:
            try:
                if isinstance(item, InputError):
                    raise item
                yield read(item, stdin, self.encoding)
            except InputError as error:
                self.fault(error)
                yield error

    def fault(self, error: InputError) -> None:
        """Count and note a fault that does not keep the other files from being read."""
        self.failed += 1
        note(f"unspin: {error}")

    def code(self, exit_zero: bool = False) -> int:
        """The exit code for what was seen so far."""
        if self.failed:
            return USAGE
        return FLAGGED if not exit_zero and any(verdict.flagged for verdict in self.verdicts) else OK
