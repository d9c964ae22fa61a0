"""`make check`: the linters, and the tests of the rooms touched since a commit. Made for the minutes between two commits.

`make check SINCE=HEAD~1`: what changed since then, committed or not. Without SINCE: since the branch left origin/main or
the last tag. Leaves out browsers and what is slow: `make test` runs these.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tests import environment, frontend
from tests.run import ROOT, build, pytest_in_parallel
from zhuanmai.core import postgres

ALWAYS = ("tests/test_limits.py",)
LINTERS = (("ruff", "check", "src", "tests", "benchmarks"), ("lint-imports",), ("mypy", "src"))
_PACKAGE = "src/zhuanmai/"


@dataclass(frozen=True)
class Plan:
    """What is run: paths for pytest, and whether the front end's judges are asked."""

    tests: tuple[str, ...]
    front_end: bool


def plan(changed: Iterable[str], imports: Mapping[str, frozenset[str]]) -> Plan:
    """The tests for changed paths (as git names them). `imports`: each test file with the modules that it names itself.

    A room's file: all tests of the room, and the tests elsewhere that import that very module. A test: itself. What tests
    share: the tests beside it, or those that import it.
    """
    paths = [PurePosixPath(path) for path in changed]
    wanted = set(ALWAYS)
    for path in paths:
        wanted |= set(_tests_for(path, imports))
    folders = {one for one in wanted if not one.endswith(".py")}
    tests = {one for one in wanted if str(PurePosixPath(one).parent) not in folders}
    return Plan(tuple(sorted(tests)), any(path.parts[0] == "frontend" for path in paths))


def _tests_for(path: PurePosixPath, imports: Mapping[str, frozenset[str]]) -> Iterable[str]:
    rooms = {str(PurePosixPath(test).parent) for test in imports}
    if str(path).startswith(_PACKAGE) and len(path.parts) > 3:
        own = f"tests/{path.parts[2]}"
        return [*({own} & rooms), *_importing(_module(path.relative_to("src")), imports)]
    if path.parts[0] == "docs":
        return [test for test in imports if test == "tests/core/test_docs.py"]
    if path.parts[0] != "tests" or path.suffix != ".py":
        return []
    if str(path) in imports:
        return [str(path)]
    if path.name in ("conftest.py", "__init__.py"):
        return {str(path.parent)} & rooms
    return _importing(_module(path), imports)


def _module(path: PurePosixPath) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def _importing(module: str, imports: Mapping[str, frozenset[str]]) -> list[str]:
    return [test for test, names in imports.items() if module in names]


def imports_of(source: str) -> frozenset[str]:
    """The modules that a source imports; of `from a import b` both a and a.b, as b may be a module."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return frozenset(found)


def imports_by_test() -> dict[str, frozenset[str]]:
    """Every test file below a room, by its path; the platform's own walks (e2e) are left to `make test`."""
    return {
        path.relative_to(ROOT).as_posix(): imports_of(path.read_text(encoding="utf-8"))
        for path in sorted((ROOT / "tests").glob("*/test_*.py"))
        if path.parent.name != "e2e"
    }


def changed_since(commit: str) -> list[str]:
    """What differs from a commit in the working tree, with what git does not know yet."""
    known = _git("diff", "--name-only", "--no-renames", commit).splitlines()
    return sorted({*known, *_git("ls-files", "--others", "--exclude-standard").splitlines()})


def starting_point() -> str:
    """Where the branch left origin/main, else the last tag, else the commit before this one."""
    for attempt in (("merge-base", "HEAD", "origin/main"), ("describe", "--tags", "--abbrev=0")):
        found = subprocess.run(["git", *attempt], cwd=ROOT, capture_output=True, text=True, check=False)
        if found.returncode == 0:
            return found.stdout.strip()
    return "HEAD~1"


def main() -> int:
    """Lint, ask the front end's judges where it changed, run the tests; 0 when all are content."""
    began = time.monotonic()
    since = sys.argv[1] if sys.argv[1:] and sys.argv[1] else starting_point()
    chosen = plan(changed_since(since), imports_by_test())
    print(f"since {since}: {' '.join(chosen.tests)}", flush=True)
    wrong = [command[0] for command in LINTERS if _lint(command)]
    cluster = postgres.cluster_of(environment.HOME)
    try:
        build()
        wrong += frontend.failing() if chosen.front_end else []
        markers = ["-m", "not browser and not slow", "-k", "not linters", "-q"]
        code = pytest_in_parallel([*markers, *chosen.tests])
    finally:
        if environment.STARTED_HERE:
            postgres.stop(cluster)
    print(
        f"{time.monotonic() - began:.0f} s; does not pass: {', '.join([*wrong, *['pytest'] * bool(code)]) or 'nothing'}"
    )
    return code or len(wrong)


def _lint(command: tuple[str, ...]) -> int:
    return subprocess.run(
        [str(Path(sys.executable).parent / command[0]), *command[1:]], cwd=ROOT, check=False
    ).returncode


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main())
