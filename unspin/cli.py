"""The command line: reads options, hands texts to the engine and reports to a renderer.

Exit codes: 0 nothing flagged, 1 something flagged, 2 usage, configuration or input, 3 a bug
of ours, 130 interrupted, 141 the reader of our output went away. Results go to standard
output, everything else to standard error.
"""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ._version import __version__
from .console import (
    OK,
    USAGE,
    Screen,
    Session,
    color_option,
    encoding_option,
    exit_zero_option,
    note,
    options,
    stdin,
    threshold_option,
)
from .errors import UnspinError
from .files import STDIN, Input, InputError, Source, read, replace, write
from .lexicon_cli import lexicon

if TYPE_CHECKING:
    from .edits import Repair
    from .render.runs import Line

INTERNAL, INTERRUPTED, PIPE_CLOSED = 3, 130, 141
APPLY = {"safe": ("safe",), "likely": ("safe", "likely"), "all": ("safe", "likely", "guess")}


class _PipeClosedError(Exception):
    """The reader of standard output is gone."""


class _App(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # before click makes it exit code 1, which is "flagged"
            raise _PipeClosedError from None


def _version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if not value or ctx.resilient_parsing:
        return
    try:
        version = Session().engine.lexicon_version
    except UnspinError as error:
        version = f"cannot be used: {error}"
    click.echo(f"unspin {__version__} (lexicon {version})")
    ctx.exit()


@click.group(cls=_App, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 92})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the versions of unspin and its lexicon.",
)
def app() -> None:
    """Find machine-swapped wording ("information convention" for "news conference") in English
    texts, say how sure that is and why, and propose what the text said before.

    Exit codes: 0 nothing flagged, 1 something flagged, 2 usage, configuration or input error,
    3 internal error.
    """


app.add_command(lexicon)
_paths = click.argument("paths", nargs=-1, metavar="[PATH…|-]")


# -- check -----------------------------------------------------------------------------------


@app.command()
@options(
    _paths,
    click.option(
        "--format",
        "form",
        type=click.Choice(("text", "json", "jsonl")),
        default="text",
        show_default=True,
        help="A report to read, one JSON document, or one JSON line a file.",
    ),
    exit_zero_option,
    threshold_option,
    click.option("--quiet", "-q", is_flag=True, help="Flagged files only, one line each."),
    click.option("--verbose", "-v", is_flag=True, help="List the lone odd phrases of clean texts, too."),
    click.option(
        "--max-findings",
        type=click.IntRange(min=0),
        metavar="N",
        default=20,
        show_default=True,
        help="List at most N findings a file; 0 lists all.",
    ),
    encoding_option,
    color_option,
)
def check(
    paths: tuple[str, ...],
    form: str,
    exit_zero: bool,
    threshold: float | None,
    quiet: bool,
    verbose: bool,
    max_findings: int,
    encoding: str | None,
    colour: str,
) -> int:
    """Report substitution artefacts in texts, with a verdict for each.

    A PATH is a file, a folder (searched for .txt, .md, .rst and the like), a pattern, or - for
    standard input. A text is clean, suspect, spun, translated, or unscored where it is too
    short, not English or not prose. Places are line:column.
    """
    from .render import json, text

    session, screen = Session(threshold, encoding), Screen.of(colour)
    layout = text.Layout(screen.columns, max_findings, verbose)
    entries: list[dict[str, Any]] = []
    for source in session.sources(session.inputs(paths)):
        if isinstance(source, InputError):
            entry = json.error_entry(source.path, source.message)
        else:
            report = session.engine.detect(source.text)
            session.verdicts.append(report.verdict)
            if form == "text":
                if not quiet:
                    screen.show(text.check(_shown(source), source.text, report, layout))
                elif report.flagged:
                    screen.show([text.headline(_shown(source), report)])
                continue
            if quiet and not report.flagged:
                continue
            make = json.report_entry if form == "json" else json.report_line
            entry = make(source.name, report)
        if form == "jsonl":
            click.echo(json.encode(entry, indent=None))
        elif form == "json":
            entries.append(entry)
    if form == "json":
        click.echo(json.encode(json.envelope(session.engine.lexicon_version, files=entries)))
    if form == "text" and not quiet and len(session.verdicts) + session.failed > 1:
        note(text.summary(session.verdicts, session.failed))
    return session.code(exit_zero)


def _shown(source: Source) -> str:
    return "stdin" if source.input.path is None else source.name


# -- repair ----------------------------------------------------------------------------------


@app.command()
@options(
    _paths,
    click.option(
        "--diff",
        "form",
        type=click.Choice(("unified", "words", "side-by-side")),
        help="How changes are shown.  [default: words on a terminal, unified elsewhere]",
    ),
    click.option("--write", "-w", "writes", is_flag=True, help="Write the safe edits into the files."),
    click.option(
        "--apply",
        type=click.Choice(tuple(APPLY)),
        help="Edits to make: safe, likely (and safe), or all with the guesses."
        "  [default: safe with --write, else likely]",
    ),
    click.option("--stdout", "prints", is_flag=True, help="Print the repaired text, in the file's encoding."),
    click.option(
        "--plan",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Write the plan, all edits with their runners-up, to FILE as JSON.",
    ),
    click.option(
        "--format",
        "output",
        type=click.Choice(("text", "json")),
        default="text",
        show_default=True,
        help="Diffs, or one JSON document of plans and reports.",
    ),
    exit_zero_option,
    threshold_option,
    encoding_option,
    color_option,
    click.option("--picture", type=click.Path(dir_okay=False, path_type=Path), hidden=True),
)
def repair(
    paths: tuple[str, ...],
    form: str | None,
    writes: bool,
    apply: str | None,
    prints: bool,
    plan: Path | None,
    output: str,
    exit_zero: bool,
    threshold: float | None,
    encoding: str | None,
    colour: str,
    picture: Path | None,
) -> int:
    """Show, or write, what texts probably said before.

    Without --write or --stdout nothing is changed and a diff is printed. Each edit is safe,
    likely or a guess; guesses are shown, and made only with --apply all. A repair is a
    hypothesis: read it before you publish it.
    """
    from .render import json

    if prints and (writes or form or output == "json"):
        raise click.UsageError(
            "--stdout prints the repaired text alone: leave out --write, --diff and --format json."
        )
    if form and output == "json":
        raise click.UsageError("--format json holds the plan: leave out --diff.")
    session, screen = Session(threshold, encoding), Screen.of(colour)
    inputs = session.inputs(paths)
    ones = (("--stdout", prints), ("--plan", plan), ("--picture", picture))
    single = [name for name, given in ones if given]
    if single:
        inputs = list(inputs)
        if len(inputs) > 1:
            raise click.UsageError(f"{single[0]} takes one text, and {len(inputs)} are named.")
    chosen = APPLY[apply or ("safe" if writes else "likely")]
    shape = form or ("words" if screen.terminal else "unified")
    entries: list[dict[str, Any]] = []
    for source in session.sources(inputs):
        if isinstance(source, InputError):
            entries.append(json.error_entry(source.path, source.message))
            continue
        repaired = session.engine.repair(source.text, apply=chosen)
        session.verdicts.append(repaired.report.verdict)
        try:
            if plan:
                _save(plan, json.encode(repaired.plan.to_dict()) + b"\n", source)
            if picture:
                _picture(picture, source, repaired)
            if prints:
                _print_text(source, repaired.text, screen)
            elif output == "json":
                entries.append(json.repair_entry(source.name, repaired))
            elif form or not (writes or picture):
                _show_diff(source, repaired, shape, screen)
            if writes:
                _write(source, repaired)
        except InputError as error:
            session.fault(error)
    if output == "json":
        click.echo(json.encode(json.envelope(session.engine.lexicon_version, files=entries)))
    return session.code(exit_zero)


def _show_diff(source: Source, repaired: Repair, shape: str, screen: Screen) -> None:
    from .render import diff
    from .render.runs import Run, Style, paint, visible
    from .render.text import headline
    from .render.unified import unified

    name = _shown(source)
    if not repaired.edits:
        note(f"{paint(headline(name, repaired.report), False)}; nothing to repair")
        return
    if shape == "unified":
        for line in unified(name, source.text, repaired):
            if screen.terminal:
                line = [Run(visible(run.text[:-1]) + "\n", run.style) for run in line]
            click.echo(paint(line, screen.colour), nl=False, color=True)
        left = diff.count(repaired, applied=False)
        if left:
            note(f"{name}: {diff.listed(left)} not applied")
        return
    lines: list[Line]
    if shape == "words":
        lines = diff.words(repaired, source.text, screen.columns if screen.terminal else None, screen.colour)
    else:
        lines = diff.side_by_side(repaired, source.text, screen.columns, screen.colour)
    screen.show([[Run(diff.title(name, repaired), Style.STRONG)], *lines, []])


def _print_text(source: Source, text: str, screen: Screen) -> None:
    """To a terminal as text, elsewhere byte for byte as the file would be written."""
    if screen.terminal:
        click.echo(text, nl=not text.endswith("\n"))
    else:
        click.echo(source.encode(text), nl=False)


def _write(source: Source, repaired: Repair) -> None:
    from .render import diff
    from .render.text import plural

    made, left = len(repaired.applied), diff.listed(diff.count(repaired, applied=False))
    if source.input.path is None or made:
        write(source, repaired.text)
    done = f"{plural(made, 'edit')} written" if made else "nothing written"
    note(f"{source.name}: {done}" + (f", {left} left" if left else ""))


def _save(path: Path, data: bytes, source: Source) -> None:
    """Write a file that the user named; raises :class:`InputError`, and never over the input."""
    original = source.input.path
    try:
        if original is not None and path.exists() and path.samefile(original):
            raise InputError(str(path), "is the text itself; name another file")
        replace(path.resolve(), data)
    except OSError as error:
        raise InputError(str(path), f"cannot be written ({(error.strerror or str(error)).lower()})") from None


def _picture(path: Path, source: Source, repaired: Repair) -> None:
    from .render import diff, svg

    lines = diff.words(repaired, source.text, svg.COLUMNS, colour=True)
    _save(path, svg.picture(lines, f"unspin repair {_shown(source)}").encode(), source)


# -- explain ---------------------------------------------------------------------------------


@app.command()
@options(
    click.argument("words", metavar="[TEXT…|-]", nargs=-1),
    click.option(
        "--file", "path", metavar="PATH", type=click.Path(path_type=str), help="Read the text from a file."
    ),
    click.option(
        "--format",
        "form",
        type=click.Choice(("text", "json")),
        default="text",
        show_default=True,
        help="Tables to read, or one JSON document.",
    ),
    encoding_option,
    color_option,
)
def explain(
    words: tuple[str, ...],
    path: str | None,
    form: str,
    encoding: str | None,
    colour: str,
) -> int:
    """Show the candidates, counts and weights behind a phrase.

    Give the phrase in its sentence: what fits depends on the neighbours. Every span of TEXT
    that a known original could lead to is shown with its candidates, best first.
    """
    from .render import explain as table
    from .render import json

    if bool(words) == bool(path):
        raise click.UsageError(
            'Give either a text (`unspin explain "a joint information convention"`) or --file PATH.'
        )
    session, screen = Session(encoding=encoding), Screen.of(colour)
    if words == (STDIN,) or path:
        source = Input(path, Path(path)) if path and path != STDIN else Input(STDIN)
        text = read(source, stdin, encoding).text
    else:
        text = " ".join(words)
    explanations = session.engine.explain(text)
    if form == "json":
        entries = json.explanation_entries(explanations)
        click.echo(json.encode(json.envelope(session.engine.lexicon_version, spans=entries)))
    else:
        screen.show(table.explain(text, explanations))
    return OK


# -- entry -----------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; raises nothing."""
    # What the output's encoding cannot write is escaped rather than fatal.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = app.main(args=arguments, prog_name="unspin", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else OK
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except (_PipeClosedError, BrokenPipeError):
        # Nothing can be flushed any more; without this Python complains at exit.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except click.ClickException as error:
        error.show()
        return USAGE
    except (UnspinError, OSError) as error:
        note(f"unspin: {error}")
        return USAGE
    except Exception as error:
        if os.environ.get("UNSPIN_DEBUG") == "1":
            traceback.print_exc()
        note(
            f"unspin: internal error ({type(error).__name__}: {error}); this is a bug, please report it"
            " with the text that caused it"
        )
        return INTERNAL
