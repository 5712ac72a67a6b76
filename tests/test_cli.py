"""The command line from outside: exit codes, streams, files; help and output pinned in tests/cmd/.

``UNSPIN_UPDATE=1 pytest tests/test_cli.py`` writes the snapshots anew; read the diff after.
"""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import fake_engine
import pytest

from unspin._version import __version__
from unspin.cli import main
from unspin.edits import apply_plan

SNAPSHOTS = sorted((Path(__file__).parent / "cmd").glob("*.txt"))
SPUN = (
    "The ministers held a joint information convention on Friday.\n"
    "\n"
    "It was the swan tune of the outgoing chair, who mentioned no army.\n"
)
FIXED = SPUN.replace("information convention", "news conference").replace("swan tune", "swan song")
HONEST = "The ministers met the press on Friday.\n"


@dataclass
class Result:
    """What a run left: the exit code, standard output as bytes and text, standard error."""

    code: int
    raw: bytes
    err: str

    @property
    def out(self) -> str:
        return self.raw.decode()


class Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs ``unspin`` in an empty folder, with the stand-in for the engine."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "unspin.engine", fake_engine)
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM", "UNSPIN_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments: str, stdin: bytes = b"", terminal: bool = False, waits: bool = False) -> Result:
        out, err = io.BytesIO(), io.BytesIO()
        kind = Terminal if terminal else io.TextIOWrapper
        with monkeypatch.context() as patch:
            source = (Terminal if waits else io.TextIOWrapper)(io.BytesIO(stdin), encoding="utf-8")
            patch.setattr(sys, "stdin", source)
            patch.setattr(sys, "stdout", kind(out, encoding="utf-8", write_through=True))
            patch.setattr(sys, "stderr", kind(err, encoding="utf-8", write_through=True))
            code = main(arguments)
            return Result(code, out.getvalue(), err.getvalue().decode())

    return run


@pytest.fixture
def spun(tmp_path: Path) -> Path:
    path = tmp_path / "article.txt"
    path.write_text(SPUN, encoding="utf-8")
    return path


@pytest.fixture
def honest(tmp_path: Path) -> Path:
    path = tmp_path / "honest.md"
    path.write_text(HONEST, encoding="utf-8")
    return path


# -- snapshots -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SNAPSHOTS, ids=lambda path: path.stem)
def test_snapshot(path: Path, run: Run, spun: Path, honest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file of tests/cmd/ opens with a command line; code, output and errors follow."""
    (spun.parent / "empty.txt").touch()
    (spun.parent / "lone.txt").write_text("He mentioned it.\n")
    command = path.read_text(encoding="utf-8").split("\n", 1)[0]
    words = shlex.split(command.removeprefix("$ "))
    assert words[0] == "unspin"
    monkeypatch.setenv("COLUMNS", "92")
    result = run(*words[1:])
    parts = [command, f"exit {result.code}", "", result.out.rstrip("\n")]
    if result.err:
        parts += ["--- stderr ---", result.err.rstrip("\n")]
    made = "\n".join(parts).replace(__version__, "[VERSION]") + "\n"
    if os.environ.get("UNSPIN_UPDATE"):
        path.write_text(made, encoding="utf-8")
    assert made == path.read_text(encoding="utf-8")


def test_every_command_has_a_help_snapshot() -> None:
    pinned = {path.read_text(encoding="utf-8").split("\n", 1)[0] for path in SNAPSHOTS}
    commands = (
        "",
        "check ",
        "repair ",
        "explain ",
        "lexicon ",
        *(f"lexicon {c} " for c in ("list", "check", "build")),
    )
    assert {f"$ unspin {command}--help" for command in commands} <= pinned


# -- exit codes and errors -------------------------------------------------------------------


def test_exit_codes(run: Run, spun: Path, honest: Path) -> None:
    assert run("check", str(honest)).code == 0
    assert run("check", str(spun)).code == 1
    assert run("check", str(spun), str(honest)).code == 1
    assert run("check", "--exit-zero", str(spun)).code == 0
    assert run("repair", str(honest)).code == 0
    assert run("repair", str(spun)).code == 1
    assert run("check", "--no-such-option").code == 2
    assert run("no-such-command").code == 2
    assert run().code == 2


def test_missing_file_fails_and_the_others_are_checked(run: Run, spun: Path) -> None:
    result = run("check", "nope.txt", "article.txt", "--exit-zero")
    assert result.code == 2
    assert result.err.splitlines() == [
        "unspin: nope.txt: no such file",
        "2 files: 1 flagged, 1 could not be read",
    ]
    assert result.out.startswith("article.txt: spun")


def test_threshold_reaches_the_engine(run: Run, spun: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[fake_engine.Config] = []

    class Recorder(fake_engine.Unspin):
        def __init__(self, config: fake_engine.Config) -> None:
            made.append(config)
            super().__init__(config)

    monkeypatch.setattr(fake_engine, "Unspin", Recorder)
    run("check", "--threshold", "0.25", str(spun), str(spun))
    assert made == [fake_engine.Config(threshold=0.25)]
    assert run("check", "--threshold", "1.5", str(spun)).code == 2


def test_engine_error_is_a_configuration_error(run: Run, spun: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from unspin.errors import UnspinError

    def refuse(self: object, config: object = None) -> None:
        raise UnspinError("ngrams.tbl: the table is cut short; rebuild or reinstall it")

    monkeypatch.setattr(fake_engine.Unspin, "__init__", refuse)
    result = run("check", str(spun))
    assert (result.code, result.out) == (2, "")
    assert result.err == "unspin: ngrams.tbl: the table is cut short; rebuild or reinstall it\n"
    assert "cannot be used: ngrams.tbl" in run("--version").out


def test_internal_error_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run("check", "-", stdin=b"!!crash!!")
    assert result.code == 3
    assert result.err == (
        "unspin: internal error (RuntimeError: the lattice is on fire); this is a bug,"
        " please report it with the text that caused it\n"
    )
    monkeypatch.setenv("UNSPIN_DEBUG", "1")
    assert "Traceback" in run("check", "-", stdin=b"!!crash!!").err


def test_interrupt_and_closed_pipe_are_quiet(run: Run, spun: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for error, code in ((KeyboardInterrupt, 130), (BrokenPipeError(32, "Broken pipe"), 141)):

        def fail(self: object, text: str, error: object = error) -> None:
            raise error  # type: ignore[misc]

        monkeypatch.setattr(fake_engine.Unspin, "detect", fail)
        result = run("check", str(spun))
        assert (result.code, result.out, result.err.strip()) == (code, "", "")


def test_help_needs_no_numpy() -> None:
    program = (
        "import sys; from unspin.cli import main; main(['check', '--help']); sys.exit('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, check=False).returncode == 0


# -- what is read ----------------------------------------------------------------------------


def test_standard_input(run: Run) -> None:
    for arguments in ((), ("-",)):
        result = run("check", *arguments, stdin=SPUN.encode())
        assert result.code == 1
        assert result.out.startswith("stdin: spun — 4 substitution artefacts in 22 words")
    assert json.loads(run("check", "--format", "json", stdin=b"x").out)["files"][0]["path"] == "-"


def test_no_path_on_a_terminal_is_a_usage_error(run: Run) -> None:
    result = run("check", waits=True)
    assert result.code == 2
    assert "Nothing to read: name a file or a folder" in result.err


def test_folder(run: Run, spun: Path, honest: Path, tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "page.RST").write_text(HONEST)
    (tmp_path / "deep" / "photo.jpg").write_bytes(b"\xff\xd8\0")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "COMMIT.txt").write_text(SPUN)
    (tmp_path / "deep" / "loop").symlink_to(tmp_path, target_is_directory=True)
    result = run("check", "--format", "jsonl", ".")
    paths = [json.loads(line)["path"] for line in result.out.splitlines()]
    assert paths == ["./article.txt", "./honest.md", "./deep/er/page.RST"]


def test_folder_without_texts(run: Run, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\0")
    result = run("check", ".")
    assert result.code == 2
    assert result.err.startswith("unspin: .: the folder holds no text files (")


def test_pattern_that_the_shell_left_alone(run: Run, spun: Path, honest: Path) -> None:
    assert run("check", "-q", "*.txt").out.startswith("article.txt: spun")
    assert run("check", "-q", "*.txt", "article.txt").out.count("\n") == 1
    result = run("check", "*.html")
    assert (result.code, result.err) == (2, "unspin: *.html: no file has a name like that\n")


def test_file_whose_name_is_a_pattern(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a[1].txt").write_text(HONEST)
    assert run("check", "a[1].txt").code == 0


def test_binary(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    (tmp_path / "b.txt").write_bytes(bytes(range(1, 32)) * 10 + b"\xff")
    result = run("check", "a.txt", "b.txt")
    assert result.code == 2
    assert result.err.splitlines()[:2] == [
        "unspin: a.txt: binary, not text",
        "unspin: b.txt: binary, not text",
    ]


def test_wrong_encoding_says_what_to_do(run: Run, tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_bytes("A café mentioned it.".encode("windows-1252"))
    result = run("check", "old.txt")
    assert result.code == 2
    assert result.err == (
        "unspin: old.txt: not valid UTF-8 at byte 5; say --encoding windows-1252 (or what it is)\n"
    )
    assert run("check", "old.txt", "--encoding", "windows-1252").code == 0
    assert "not valid ASCII at byte 5" in run("check", "old.txt", "--encoding", "ascii").err
    for nonsense in ("klingon", "hex", "a\0b"):
        assert run("check", "old.txt", "--encoding", nonsense).code == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-8"])
def test_byte_order_marks(run: Run, tmp_path: Path, encoding: str) -> None:
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    (tmp_path / "a.txt").write_bytes((mark + SPUN).encode(encoding))
    finding = json.loads(run("check", "--format", "json", "a.txt").out)["files"][0]["findings"][0]
    assert SPUN[finding["start"] : finding["end"]] == finding["text"] == "information convention"


def test_empty_file_is_unscored(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").touch()
    result = run("check", "a.txt")
    assert (result.code, result.out) == (0, "a.txt: unscored: empty\n")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_unreadable_file(run: Run, spun: Path) -> None:
    spun.chmod(0)
    assert run("check", "article.txt").err == "unspin: article.txt: permission denied\n"


# -- what is printed -------------------------------------------------------------------------


def test_json_is_one_document_with_failures(run: Run, spun: Path) -> None:
    result = run("check", "--format", "json", "article.txt", "nope.txt")
    data = json.loads(result.out)
    assert result.code == 2
    assert (data["schema"], data["unspin"], data["lexicon"]) == (1, __version__, "test")
    assert [entry["path"] for entry in data["files"]] == ["article.txt", "nope.txt"]
    assert data["files"][0]["verdict"] == "spun"
    assert data["files"][1] == {"path": "nope.txt", "error": "no such file"}


def test_json_lines_stand_alone(run: Run, spun: Path, honest: Path) -> None:
    lines = run("check", "--format", "jsonl", str(spun), str(honest)).out.splitlines()
    assert [json.loads(line)["verdict"] for line in lines] == ["spun", "clean"]
    assert {"schema", "unspin", "lexicon"} <= json.loads(lines[1]).keys()


def test_json_is_utf8_wherever_it_goes(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run("check", "--format", "json", "nöpe.txt")
    assert json.loads(result.raw.decode("utf-8"))["files"][0]["path"] == "nöpe.txt"


def test_quiet_tells_the_flagged_only(run: Run, spun: Path, honest: Path) -> None:
    result = run("check", "--quiet", "article.txt", "honest.md")
    assert result.out == "article.txt: spun — 4 substitution artefacts in 22 words (score 1.00)\n"
    assert result.err == ""


def test_max_findings(run: Run, spun: Path) -> None:
    two = run("check", "--max-findings", "2", str(spun)).out
    assert "… and 2 more, --max-findings 0 shows all" in two
    assert two.count("→") == 2
    assert run("check", "--max-findings", "0", str(spun)).out.count("→") == 4


def test_lone_phrases_of_clean_texts_are_listed_on_demand(run: Run) -> None:
    text = b"He mentioned it."
    assert run("check", stdin=text).out == "stdin: clean (score 0.33); 1 lone odd phrase\n"
    assert "He [mentioned] it." in run("check", "--verbose", stdin=text).out


def test_colour(run: Run, spun: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def colours(*options: str, terminal: bool = False) -> bool:
        return "\x1b[" in run("check", *options, str(spun), terminal=terminal).out

    assert not colours()
    assert colours(terminal=True)
    assert colours("--color", "always")
    assert not colours("--color", "never", terminal=True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert colours()
    monkeypatch.setenv("NO_COLOR", "1")
    assert not colours(terminal=True)
    assert colours("--color", "always")
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.delenv("FORCE_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert not colours(terminal=True)


def test_texts_cannot_write_to_the_terminal(run: Run) -> None:
    hostile = "\x1b[2J\x1b]0;owned\x07 the army \u202eand swan tune mentioned\n".encode()
    for command in (
        ("check",),
        ("repair", "--diff", "words"),
        ("repair", "--diff", "side-by-side"),
        ("explain", "-"),
    ):
        out = run(*command, stdin=hostile).out
        assert "army" in out
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", out)
    shown = run("repair", "--diff", "unified", "--color", "never", stdin=hostile, terminal=True).out
    assert "\x1b" not in shown


def test_wording(run: Run, spun: Path) -> None:
    said = "".join(
        run(*a).out for a in (["check", str(spun)], ["repair", str(spun)], ["--help"], ["check", "--help"])
    )
    assert not re.search(r"plagiar|fake|\bAI\b|cheat", said, re.IGNORECASE)


# -- repair ----------------------------------------------------------------------------------


def test_unified_diff_can_be_applied_by_patch(run: Run, spun: Path, tmp_path: Path) -> None:
    for text in (SPUN, SPUN.rstrip("\n"), SPUN.replace("\n", "\r\n")):
        spun.write_bytes(text.encode())
        result = run("repair", "article.txt")
        (tmp_path / "edits.diff").write_bytes(result.raw)
        patch = ["git", "apply", "--unsafe-paths", "edits.diff"]
        subprocess.run(patch, cwd=tmp_path, check=True, env={**os.environ, "GIT_DIR": "none"})
        assert spun.read_bytes().decode() == (
            text.replace("information convention", "news conference")
            .replace("swan tune", "swan song")
            .replace("army", "military")
        )
    assert result.err == "article.txt: 1 guess not applied\n"


def test_words_on_a_terminal(run: Run, spun: Path) -> None:
    assert (
        "\x1b[9;31minformation convention\x1b[0m \x1b[32mnews conference"
        in run("repair", str(spun), terminal=True).out
    )
    plain = run("repair", "--diff", "words", str(spun)).out
    assert "[-information convention-] {+news conference+}" in plain
    assert "[?mentioned → said?]" in plain


def test_nothing_to_repair(run: Run, honest: Path, tmp_path: Path) -> None:
    result = run("repair", "honest.md")
    assert (result.code, result.out) == (0, "")
    assert result.err == "honest.md: clean (score 0.00); nothing to repair\n"


def test_stdout_gives_the_text_alone(run: Run, spun: Path) -> None:
    data = b"\xff\xfe" + SPUN.replace("\n", "\r\n").encode("utf-16-le")
    spun.write_bytes(data)
    result = run("repair", "--stdout", "--apply", "safe", str(spun))
    assert result.raw == b"\xff\xfe" + FIXED.replace("\n", "\r\n").encode("utf-16-le")
    assert run("repair", "--stdout", "--write", str(spun)).code == 2
    assert run("repair", "--stdout", str(spun), "nope.txt").code == 2


def test_apply_includes_the_better_ones(run: Run, spun: Path) -> None:
    def repaired(choice: str) -> str:
        return run("repair", "--stdout", "--apply", choice, str(spun)).out

    assert repaired("safe") == FIXED
    assert repaired("likely") == FIXED.replace("army", "military")
    assert repaired("all") == FIXED.replace("army", "military").replace("mentioned", "said")


def test_plan_replays(run: Run, spun: Path, tmp_path: Path) -> None:
    run("repair", "--plan", "plan.json", "article.txt")
    plan = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert apply_plan(SPUN, plan) == FIXED.replace("army", "military")
    assert run("repair", "--plan", "article.txt", "article.txt").code == 2
    assert spun.read_text(encoding="utf-8") == SPUN
    assert run("repair", "--plan", "missing/plan.json", "article.txt").code == 2
    assert run("repair", "--plan", "p.json", "article.txt", "nope.txt").code == 2


def test_json_holds_plan_and_report(run: Run, spun: Path) -> None:
    data = json.loads(run("repair", "--format", "json", "article.txt").out)
    entry = data["files"][0]
    assert (data["lexicon"], entry["path"], entry["report"]["verdict"]) == ("test", "article.txt", "spun")
    assert apply_plan(SPUN, entry["plan"]) == FIXED.replace("army", "military")
    assert run("repair", "--format", "json", "--diff", "words", "article.txt").code == 2


def test_picture(run: Run, spun: Path, tmp_path: Path) -> None:
    assert run("repair", "--picture", "out.svg", "article.txt").out == ""
    picture = (tmp_path / "out.svg").read_text(encoding="utf-8")
    assert picture.startswith("<svg ")
    assert ">news conference</tspan>" in picture


# -- repair --write --------------------------------------------------------------------------


def test_write_applies_the_safe_edits(run: Run, spun: Path) -> None:
    result = run("repair", "--write", "article.txt")
    assert (result.code, result.out) == (1, "")
    assert result.err == "article.txt: 2 edits written, 1 likely edit, 1 guess left\n"
    assert spun.read_text(encoding="utf-8") == FIXED
    assert run("repair", "--write", "--apply", "all", "--exit-zero", "article.txt").code == 0
    assert "military" in spun.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8", b"\xef\xbb\xbf"), ("utf-16-be", b"\xfe\xff"), ("utf-8", b"")]
)
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r", "\u2028"])
def test_write_keeps_mark_and_line_endings(
    run: Run, spun: Path, encoding: str, mark: bytes, ending: str
) -> None:
    spun.write_bytes(mark + SPUN.replace("\n", ending).encode(encoding))
    assert run("repair", "--write", str(spun)).code == 1
    assert spun.read_bytes() == mark + FIXED.replace("\n", ending).encode(encoding)


def test_write_keeps_the_encoding_or_refuses(run: Run, spun: Path) -> None:
    data = "It cost the café five euros, mentioned the army.\n".encode("latin-1")
    spun.write_bytes(data)
    result = run("repair", "--write", "--encoding", "latin-1", "article.txt")
    assert result.code == 2
    assert result.err == ("unspin: article.txt: the repaired text holds '€', which iso8859-1 cannot write\n")
    assert spun.read_bytes() == data
    run("repair", "--write", "--encoding", "windows-1252", "article.txt")
    assert spun.read_bytes() == data.replace(b"euros", b"\x80")


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
@pytest.mark.parametrize("mode", [0o640, 0o755, 0o604])
def test_write_keeps_permissions(run: Run, spun: Path, mode: int) -> None:
    spun.chmod(mode)
    run("repair", "--write", str(spun))
    assert spun.read_text(encoding="utf-8") == FIXED
    assert stat.S_IMODE(spun.stat().st_mode) == mode


def test_write_leaves_honest_files_alone(run: Run, honest: Path) -> None:
    before = honest.stat()
    assert run("repair", "--write", "honest.md").err == "honest.md: nothing written\n"
    assert (honest.stat().st_ino, honest.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("failing", ["replace", "fsync"])
def test_write_is_whole_or_not_at_all(
    run: Run, spun: Path, honest: Path, failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, failing, fail)
    result = run("repair", "--write", "article.txt", "honest.md")
    assert result.code == 2
    assert "unspin: article.txt: cannot be written (no space left on device)" in result.err
    assert "honest.md: nothing written" in result.err
    assert spun.read_text(encoding="utf-8") == SPUN
    assert sorted(path.name for path in spun.parent.iterdir()) == ["article.txt", "honest.md"]


def test_write_refuses_a_file_that_changed(run: Run, spun: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repair = fake_engine.Unspin.repair

    def slow(self: fake_engine.Unspin, text: str, apply: tuple[str, ...]) -> object:
        spun.write_text("Somebody saved this meanwhile.\n")
        return repair(self, text, apply)

    monkeypatch.setattr(fake_engine.Unspin, "repair", slow)
    result = run("repair", "--write", "article.txt")
    assert "was changed while it was being repaired" in result.err
    assert spun.read_text() == "Somebody saved this meanwhile.\n"


def test_write_refuses_standard_input(run: Run) -> None:
    result = run("repair", "--write", stdin=SPUN.encode())
    assert result.code == 2
    assert result.err == "unspin: -: standard input cannot be written; use --stdout\n"


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_write_and_links(run: Run, tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    for folder in (inside, outside):
        (folder / "real.txt").write_text(SPUN)
    (inside / "away.txt").symlink_to(outside / "real.txt")
    for named in ("in", "in/away.txt"):
        result = run("repair", "--write", named)
        assert result.code == 2
        assert "in/away.txt: a link that leads out to" in result.err
    assert (outside / "real.txt").read_text() == SPUN
    assert (inside / "real.txt").read_text() == FIXED
    (inside / "real.txt").write_text(SPUN)
    (inside / "near.txt").symlink_to("real.txt")
    assert run("repair", "--write", "in/near.txt").code == 1
    assert (inside / "near.txt").is_symlink()
    assert (inside / "real.txt").read_text() == FIXED
    (tmp_path / "loop.txt").symlink_to("loop.txt")
    assert "a link that leads back to itself" in run("check", "loop.txt").err


# -- explain and lexicon ---------------------------------------------------------------------


def test_explain(run: Run, spun: Path) -> None:
    for arguments, stdin in (
        (("a joint information convention",), b""),
        (("a", "joint", "information", "convention"), b""),
        (("-",), b"a joint information convention"),
        (("--file", "article.txt"), b""),
    ):
        result = run("explain", *arguments, stdin=stdin)
        assert result.code == 0
        assert "information convention" in result.out
        assert "press conference" in result.out
    assert run("explain").code == 2
    assert run("explain", "army", "--file", "article.txt").code == 2
    assert run("explain", "--file", "nope.txt").code == 2
    assert run("explain", "nothing here").out.startswith("Nothing here has a known original")


def test_explain_json_has_no_infinity(run: Run) -> None:
    span = json.loads(run("explain", "--format", "json", "an army").out)["spans"][0]
    assert span["ratio"] is None
    assert span["candidates"][0]["text"] == "military"


PROSE = "# unspin lexicon: prose, format 1\nkind\ttext\tnote\n"


def test_lexicon_check(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "lexicons"
    folder.mkdir()
    assert run("lexicon", "check", "lexicons").code == 2
    (folder / "prose.tsv").write_text(PROSE + "function\tand\t\nfunction\tthe\t\n")
    result = run("lexicon", "check", "lexicons")
    assert (result.code, result.out) == (0, "2 rows in 1 file: no faults\n")
    (folder / "prose.tsv").write_text(PROSE + "function\tthe\t\nfunction\tand\t\n")
    result = run("lexicon", "check", "lexicons")
    assert result.code == 1
    assert "prose.tsv:4: out of order" in result.out
    assert run("lexicon", "check", "nope").code == 2


def test_lexicon_list(run: Run, tmp_path: Path) -> None:
    import numpy as np

    from unspin.tables import write_table

    (tmp_path / "prose.tsv").write_text(PROSE + "function\tand\t\n")
    facts = {"version": 1, "words": 12, "sources": [{"name": "essays", "tokens": 5000}]}
    write_table(tmp_path / "ngrams.tbl", "ngram", facts, {"a": np.zeros(4, np.uint8)})
    out = run("lexicon", "list", ".").out
    assert re.search(r"prose\.tsv +prose +1 row\b", out)
    assert re.search(r"ngrams\.tbl +ngram +0\.0 MB +version 1", out)
    assert re.search(r"essays +5,000 words", out)
    (tmp_path / "bad.tbl").write_bytes(b"not a table at all")
    result = run("lexicon", "list", ".")
    assert result.code == 2
    assert "not an unspin table" in result.err


def test_lexicon_build(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import types

    calls: list[dict[str, object]] = []

    def build(progress: Callable[[str, int, int], None], **options: object) -> None:
        calls.append(options)
        for stage in ("reading", "counting"):
            for done in range(3):
                progress(stage, done, 2)

    module = types.ModuleType("unspin.build.main")
    module.build = build  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "unspin.build.main", module)
    (tmp_path / "words.txt").touch()
    arguments = [
        "--corpora",
        ".",
        "--moby",
        "words.txt",
        "--wordnet",
        ".",
        "--out",
        "built",
        "--lexicons",
        ".",
    ]
    result = run("lexicon", "build", *arguments, "--only", "channel", "--held-out", "0f")
    assert (result.code, result.out, result.err) == (0, "", "reading (2)\ncounting (2)\n")
    assert (tmp_path / "built").is_dir()
    assert calls[0]["only"] == "channel"
    assert calls[0]["held_out"] == "0f"
    assert calls[0]["corpora"] == (Path("."),)
    assert "█" in run("lexicon", "build", *arguments, terminal=True).err
    assert run("lexicon", "build", *arguments, "--held-out", "xyz").code == 2
    monkeypatch.setattr("unspin.lexicon_cli.find_spec", lambda name: None)
    result = run("lexicon", "build", *arguments)
    assert result.code == 2
    assert "pip install 'unspin[build]'" in result.err
