"""Single mutations of the rules: mutmut changes one operator, border or word at a time, and the pure tests must notice.

`python -m tests.mutation`: all rule modules named in pyproject ([tool.mutmut]), going on where it was stopped;
`python -m tests.mutation core.units`: these alone. Writes docs/mutation.md: the score of each module, and each survivor
with its reason (tests/mutation.toml). Only tests that need no database judge (tests.without_database): a rule is pure.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code

ROOT = Path(__file__).resolve().parents[1]
MUTANTS = ROOT / "mutants"  # mutmut's own copy of the tree, with every mutant in it
TABLE = ROOT / "docs" / "mutation.md"
REASONS = ROOT / "tests" / "mutation.toml"
WANTED = 0.8
_NOWHERE = "postgresql://nobody@127.0.0.1:1/none"  # so that no test reaches a database unnoticed
_NOTICED = frozenset({"killed", "timeout", "segfault", "caught by type check"})
_OPEN = "not checked"


@dataclass
class Score:
    """One module: how many mutants the tests noticed, and which they did not."""

    killed: int = 0
    survivors: list[str] = field(default_factory=list)
    unchecked: int = 0

    @property
    def total(self) -> int:
        """How many were judged."""
        return self.killed + len(self.survivors)

    @property
    def share(self) -> float:
        """The share noticed, 0 where none was judged."""
        return self.killed / self.total if self.total else 0.0


def rule_modules() -> list[str]:
    """The modules under mutation, as pyproject names them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
    return [module_of(path) for path in settings["only_mutate"]]


def module_of(path: str) -> str:
    """core.units of src/zhuanmai/core/units.py."""
    return path.removeprefix("src/zhuanmai/").removesuffix(".py").replace("/", ".")


def function_of(mutant: str) -> str:
    """core.units.Packing._sticks_in of zhuanmai.core.units.xǁPackingǁ_sticks_in__mutmut_3."""
    module, _, name = mutant.rpartition("__mutmut_")[0].removeprefix("zhuanmai.").rpartition(".")
    return f"{module}.{name.removeprefix('x_').removeprefix('xǁ').replace('ǁ', '.')}"


def scores(statuses: Mapping[str, str], modules: Iterable[str], without: Iterable[str] = ()) -> dict[str, Score]:
    """The score of each module, of the status of each mutant; functions in `without` do not count."""
    found = {module: Score() for module in modules}
    for mutant, status in sorted(statuses.items()):
        function = function_of(mutant)
        module = next((one for one in found if function.startswith(f"{one}.")), None)
        if module is None or function in without:
            continue
        score = found[module]
        if status == _OPEN:
            score.unchecked += 1
        elif status in _NOTICED:
            score.killed += 1
        else:
            score.survivors.append(mutant)
    return found


def share(found: Mapping[str, Score]) -> float:
    """The share of all mutants that the tests noticed."""
    total = sum(score.total for score in found.values())
    return sum(score.killed for score in found.values()) / total if total else 0.0


def table(
    found: Mapping[str, Score],
    reasons: Mapping[str, str],
    changes: Mapping[str, str],
    left_out: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """docs/mutation.md: scores, and the survivors with what was changed and why that stands."""
    lines = [
        "# Mutations of the rules",
        "",
        "Made by `python -m tests.mutation` (a proof of `make prove`): mutmut changes one thing at a time in the rule modules",
        "named in `pyproject.toml`; the tests that need no database must notice. Reasons are kept in `tests/mutation.toml`.",
        "",
        "| module | mutants | noticed | share | not yet judged |",
        "| --- | --: | --: | --: | --: |",
    ]
    for module, score in found.items():
        lines.append(f"| `{module}` | {score.total} | {score.killed} | {score.share:.0%} | {score.unchecked or '–'} |")
    total = sum(score.total for score in found.values())
    killed = sum(score.killed for score in found.values())
    lines += [
        f"| all | {total} | {killed} | {share(found):.0%} | {sum(s.unchecked for s in found.values()) or '–'} |",
        "",
    ]
    lines += [f"Left out: `{function}`: {why}." for function, why in left_out.items()]
    lines += ["", "## Survivors", "", "| where | the change | why it stands |", "| --- | --- | --- |"]
    for score in found.values():
        for mutant in score.survivors:
            function = function_of(mutant)
            lines.append(f"| `{function}` | {changes.get(mutant, '')} | {reasons.get(function, 'not looked at yet')} |")
    return "\n".join(lines) + "\n"


def statuses() -> dict[str, str]:
    """What became of each mutant so far, from mutmut's own notes."""
    found: dict[str, str] = {}
    for path in sorted(MUTANTS.rglob("*.meta")):
        codes = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
        found |= {mutant: status_by_exit_code[code] for mutant, code in codes.items()}
    return found


def change(mutant: str) -> str:
    """The lines that a mutant changes, for a cell of the table."""
    lines = get_diff_for_mutant(mutant).splitlines()
    old, new = (
        " ".join(line[1:].strip() for line in lines if line.startswith(sign) and not line.startswith(sign * 3))
        for sign in "-+"
    )
    return " → ".join(f"`{text[:100].replace('|', '¦').replace('`', '')}`" for text in (old, new))


def reasons() -> tuple[dict[str, str], dict[str, str]]:
    """Why survivors stand, and which functions are left out and why, by function."""
    kept = tomllib.loads(REASONS.read_text(encoding="utf-8"))
    return kept["stands"], kept["left_out"]


def forget_survivors() -> None:
    """Where tests are others than those that judged last, survivors are judged anew; what was noticed stays so."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "tests").rglob("*.py")):
        digest.update(path.read_bytes())
    judged_by = MUTANTS / "judged-by"
    if judged_by.exists() and judged_by.read_text() == digest.hexdigest():
        return
    for path in MUTANTS.rglob("*.meta"):
        kept = json.loads(path.read_text(encoding="utf-8"))
        codes = kept["exit_code_by_key"]
        kept["exit_code_by_key"] = {
            mutant: code if status_by_exit_code[code] in _NOTICED else None for mutant, code in codes.items()
        }
        path.write_text(json.dumps(kept, indent=4), encoding="utf-8")
    MUTANTS.mkdir(exist_ok=True)
    judged_by.write_text(digest.hexdigest())


def run(patterns: Iterable[str]) -> None:
    """Judge what is not judged yet; stopped, it goes on there. Changed functions are judged anew (mutmut)."""
    forget_survivors()
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "ZHUANMAI_"))}
    wanted = [f"zhuanmai.{pattern}*" for pattern in patterns]
    done = subprocess.run(
        [str(Path(sys.executable).parent / "mutmut"), "run", "--max-children", str(os.cpu_count() or 2), *wanted],
        cwd=ROOT, env={**clean, "DATABASE_URL": _NOWHERE}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"mutmut stopped:\n{done.stdout[-3000:]}{done.stderr[-1000:]}")


def main(patterns: Iterable[str] = ()) -> int:
    """Run, write the table; 0 when enough are noticed and nothing is left to judge."""
    run(patterns)
    return report()


def report() -> int:
    """Write the table of what is judged so far; 0 when enough are noticed and nothing is left to judge."""
    stands, left_out = reasons()
    found = scores(statuses(), rule_modules(), left_out)
    os.chdir(ROOT)
    changes = {mutant: change(mutant) for score in found.values() for mutant in score.survivors}
    TABLE.write_text(table(found, stands, changes, left_out), encoding="utf-8")
    print(f"{share(found):.1%} of {sum(score.total for score in found.values())} noticed")
    return 0 if share(found) >= WANTED and not any(score.unchecked for score in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
