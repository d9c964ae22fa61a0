"""`zhuanmai terms compute`: the forms of both samples, with and without BOM; what is wrong is said; exit codes."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from zhuanmai.accounts.models import Officer
from zhuanmai.reference import services
from zhuanmai.reference.loading import load

FIXTURES = Path(__file__).parents[1] / "fixtures" / "terms"


def run(cases: Path, out: Path, *more: str) -> tuple[list[dict[str, str]], str]:
    """The rows that are written, and what is said on stderr."""
    errors = io.StringIO()
    call_command("terms", "compute", "--cases", cases, "--out", out, *more, stdout=io.StringIO(), stderr=errors)
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file)), errors.getvalue()


@pytest.mark.parametrize("name, id_column", [("licensing", "case_id"), ("procedure", "id")])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_both_forms(name: str, id_column: str, bom: bytes, tmp_path: Path) -> None:
    given = (FIXTURES / f"{name}.csv").read_bytes().removeprefix(b"\xef\xbb\xbf")
    (tmp_path / "cases.csv").write_bytes(bom + given)
    with (FIXTURES / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        wanted = [(row[id_column], row["expected"], "no") for row in csv.DictReader(file)]
    found, said = run(tmp_path / "cases.csv", tmp_path / "out.csv", "--shipped")
    assert [(row[id_column], row["due"], row["provisional"]) for row in found] == wanted
    assert said == ""


def test_what_cannot_be_computed_is_said_by_line_and_the_others_are_written(tmp_path: Path) -> None:
    text = 'id,term,events\n1,nothing,{}\n2,decision,{\n3,decision,"{""filed"":""2026-02-24""}"\n'
    (tmp_path / "cases.csv").write_text(text, encoding="utf-8")
    found, said = run(tmp_path / "cases.csv", tmp_path / "out.csv", "--shipped")
    assert [row["due"] for row in found] == ["", "", "2026-05-25"]
    assert "第 2 行（1）：没有代码为 nothing 的期限。" in said
    assert "第 3 行（2）：events 不是有效的 JSON" in said


@pytest.mark.parametrize("events", ["[" * 3000, "[" * 100_000, "长" * 200_000, "1" * 5000, "\0"])
def test_no_row_stops_the_others(events: str, tmp_path: Path) -> None:
    text = f'id,term,events\n1,decision,{events}\n2,decision,"{{""filed"":""2026-02-24""}}"\n'
    (tmp_path / "cases.csv").write_text(text, encoding="utf-8")
    found, said = run(tmp_path / "cases.csv", tmp_path / "out.csv", "--shipped")
    assert [(row["id"], row["due"]) for row in found] == [("1", ""), ("2", "2026-05-25")]
    assert said.startswith("第 2 行（1）：")


@pytest.mark.parametrize("given", [b"a,b\n1,2\n", b"", b"\xff\xfe\x00", b'id,term,events\n1,"x'])
def test_a_file_of_another_form_is_refused_and_nothing_is_written(given: bytes, tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_bytes(given)
    with pytest.raises(CommandError):
        run(tmp_path / "cases.csv", tmp_path / "out.csv", "--shipped")
    assert not (tmp_path / "out.csv").exists()
    with pytest.raises(CommandError, match="读写文件失败"):
        run(tmp_path / "none.csv", tmp_path / "out.csv", "--shipped")


def test_the_bureau_s_own_terms_and_days_hold(officer_with: Callable[[str], Officer], tmp_path: Path) -> None:
    load()
    given = {"unit": "working", "source": "本局规定", "certainty": "practice"}
    editor = officer_with("reference_editor")
    services.change_term(actor=editor, code="statement_defence", lengths={"days": 5}, **given)
    text = 'id,term,events\n1,statement_defence,"{""D28_served"":""2025-10-30""}"\n'
    (tmp_path / "cases.csv").write_text(text, encoding="utf-8")
    assert run(tmp_path / "cases.csv", tmp_path / "out.csv")[0][0]["due"] == "2025-11-06"
    assert run(tmp_path / "cases.csv", tmp_path / "out.csv", "--shipped")[0][0]["due"] == "2025-11-04"
