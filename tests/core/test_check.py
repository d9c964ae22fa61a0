"""Proves: `make check` runs the tests of what changed, no fewer, and asks the front end only where it changed."""

from __future__ import annotations

import pytest

from tests import environment, frontend, run
from tests.check import ALWAYS, Plan, imports_by_test, imports_of, plan

IMPORTS = {
    "tests/core/test_docs.py": frozenset({"zhuanmai.ledger.registry"}),
    "tests/lake/test_sql.py": frozenset({"zhuanmai.lake.sql", "zhuanmai.accounts.models", "tests.lake.tables"}),
    "tests/lake/test_history.py": frozenset({"zhuanmai.lake.history", "tests.desk"}),
    "tests/accounts/test_keys.py": frozenset({"zhuanmai.accounts.models"}),
}


@pytest.mark.parametrize(
    "changed, tests, front_end",
    [
        ([], [], False),
        (["README.md", "pyproject.toml", "benchmarks/onsite.py"], [], False),
        (["src/zhuanmai/lake/sql.py"], ["tests/lake"], False),
        (["src/zhuanmai/lake/templates/lake/overview.html"], ["tests/lake"], False),
        (["src/zhuanmai/accounts/models.py"], ["tests/accounts", "tests/lake/test_sql.py"], False),
        (["src/zhuanmai/accounts/models/__init__.py"], ["tests/accounts", "tests/lake/test_sql.py"], False),
        (["src/zhuanmai/accounts/models.py", "src/zhuanmai/lake/sql.py"], ["tests/accounts", "tests/lake"], False),
        (["src/zhuanmai/newroom/models.py"], [], False),
        (["src/zhuanmai/settings.py"], [], False),
        (["tests/lake/test_sql.py"], ["tests/lake/test_sql.py"], False),
        (["tests/lake/test_gone.py"], [], False),
        (["tests/lake/conftest.py"], ["tests/lake"], False),
        (["tests/lake/tables.py"], ["tests/lake/test_sql.py"], False),
        (["tests/desk.py"], ["tests/lake/test_history.py"], False),
        (["docs/entries.md"], ["tests/core/test_docs.py"], False),
        (["frontend/fieldkit/sync.ts"], [], True),
    ],
)
def test_the_plan(changed: list[str], tests: list[str], front_end: bool) -> None:
    assert plan(changed, IMPORTS) == Plan(tuple(sorted([*ALWAYS, *tests])), front_end)


def test_both_ways_of_importing_are_seen() -> None:
    source = "import zhuanmai.lake.sql\nfrom zhuanmai.lake import history\nfrom zhuanmai.core.ids import new_id\n"
    assert {"zhuanmai.lake.sql", "zhuanmai.lake.history", "zhuanmai.core.ids"} <= imports_of(source)
    assert "zhuanmai.core" not in imports_of(source)


def test_every_room_is_known_and_the_walks_through_the_platform_are_left_out() -> None:
    known = imports_by_test()
    assert "tests/core/test_check.py" in known
    assert "tests.check" in known["tests/core/test_check.py"]
    assert not any(path.startswith("tests/e2e/") for path in known)


def test_the_front_ends_judges_run_at_once_and_who_does_not_pass_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    judges = {
        "content": ("-e", "console.log('all is well')"),
        "strict": ("-e", "console.log('wrong'); process.exit(3)"),
    }
    monkeypatch.setattr(frontend, "JUDGES", judges)
    assert frontend.failing() == ["strict"]
    said = capsys.readouterr().out
    assert said == "— content: passes\nall is well\n— strict: DOES NOT PASS\nwrong\n"


def test_make_test_fails_with_either_and_pytest_speaks_last(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "build", lambda: print("built"))
    monkeypatch.setattr(run, "BROWSERS", ("python3",))
    monkeypatch.setattr(environment, "STARTED_HERE", False)
    for wrong, code in ((["vitest"], 0), ([], 1), (["vitest"], 1)):
        monkeypatch.setattr(frontend, "failing", lambda wrong=wrong: print("judged") or wrong)
        monkeypatch.setattr(run, "pytest_in_parallel", lambda _arguments, code=code: print("1 passed") or code)
        assert run.main() != 0
        assert capsys.readouterr().out == "built\njudged\n1 passed\n"
    monkeypatch.setattr(frontend, "failing", lambda: [])
    monkeypatch.setattr(run, "pytest_in_parallel", lambda _arguments: 0)
    assert run.main() == 0
