"""Limits that are kept from the first commit: the order of rooms, sizes, docstrings, names, no hidden imports."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "zhuanmai"
MODULES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)
FRONTEND = [
    path
    for folder in ("field", "fieldkit", "shell")
    for pattern in ("*.ts", "*.vue", "*.css")
    for path in (ROOT / "frontend" / folder).rglob(pattern)
]
TEMPLATES = sorted(SOURCE.rglob("templates/**/*.html"))
TESTS = [path for folder in ("tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")]
DRAWERS = re.compile(r"^(utils?|helpers?|common|misc|managers?)$")
LEFT_OVER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError|pragma: no cover|type: ignore(?!\[)")


def name_of(path: Path) -> str:
    """A path as the tests print it."""
    return str(path.relative_to(ROOT))


def trees() -> Iterator[tuple[Path, ast.Module]]:
    """Every module of the package, parsed."""
    for path in MODULES:
        yield path, ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("paths, limit", [(MODULES + FRONTEND, 500), (TESTS, 800)], ids=["source", "tests"])
def test_files_are_small(paths: list[Path], limit: int) -> None:
    lengths = {name_of(path): path.read_text(encoding="utf-8").count("\n") for path in paths}
    assert {name: lines for name, lines in lengths.items() if lines > limit} == {}


def test_lines_of_templates_can_be_read() -> None:
    """Broken only where whitespace means nothing: between attributes, before a cell, in a trimmed blocktranslate."""
    long = [
        f"{name_of(path)}:{number}"
        for path in TEMPLATES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if len(line) > 200
    ]
    assert TEMPLATES
    assert long == []


def test_functions_are_small() -> None:
    long = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno >= 60
    ]
    assert long == []


def test_nothing_of_ours_is_imported_inside_a_function() -> None:
    hidden = [
        f"{name_of(path)}:{inner.lineno}"
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.ImportFrom) and (inner.level or (inner.module or "").startswith("zhuanmai"))
    ]
    assert hidden == []


def test_every_public_name_has_a_docstring() -> None:
    bare = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path, tree in trees()
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and ast.get_docstring(node) is None
    ]
    assert bare == []


def test_names_say_what_is_inside() -> None:
    assert [name_of(path) for path in [*MODULES, *FRONTEND, *TESTS] if DRAWERS.match(path.stem)] == []


def test_nothing_is_left_over() -> None:
    marks = [
        f"{name_of(path)}: {found.group()}"
        for path in [*MODULES, *FRONTEND]
        if (found := LEFT_OVER.search(path.read_text(encoding="utf-8")))
    ]
    assert marks == []


@pytest.mark.parametrize(
    "command", [["lint-imports"], ["ruff", "check", "src", "tests"], ["mypy", "src"]], ids=["rooms", "ruff", "mypy"]
)
def test_the_linters_agree(command: list[str]) -> None:
    program = Path(sys.executable).parent / command[0]
    done = subprocess.run([str(program), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
