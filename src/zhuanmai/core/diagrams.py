"""docs/workflows.md: every room's table of moves, drawn and listed, made from the tables themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zhuanmai.core.moves import Move, Workflow, words, workflows

_HEAD = """# Workflows

Made by `zhuanmai workflows` from the tables in each room's `procedure.py`; a test compares. The database holds the same
moves as triggers. An act without a new state leaves the row where it is; terms are those of the deadlines room.
"""


def document() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *(line for flow in workflows() for line in _section(flow))]) + "\n"


def _section(flow: Workflow[Any, Any]) -> Iterator[str]:
    yield f"## {flow.name} · {flow.title}"
    yield ""
    yield "```mermaid"
    yield "stateDiagram-v2"
    for state, zh in _states(flow).items():
        yield f"    {state}: {zh}"
    for move in flow.moves.rows:
        if not move.sources and move.target:
            yield f"    [*] --> {move.target.value}: {words(move.act)}"
        for source in move.sources:
            if move.target and move.target != source:
                yield f"    {source.value} --> {move.target.value}: {words(move.act)}"
    yield "```"
    yield ""
    yield "| act | from | to | who may | article | begins | meets | ends |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    yield from map(_row, flow.moves.rows)
    yield ""


def _states(flow: Workflow[Any, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for move in flow.moves.rows:
        for state in (*move.sources, *([move.target] if move.target else [])):
            found.setdefault(state.value, words(state))
    return found


def _row(move: Move[Any, Any]) -> str:
    cells = [
        f"{words(move.act)} `{move.act.value}`",
        "、".join(map(words, move.sources)) or "–",
        words(move.target) if move.target else "–",
        f"`{move.permission}`" if move.permission else "the system",
        move.article or "–",
        *(", ".join(f"`{code}`" for code in codes) or "–" for codes in (move.starts, move.meets, move.ends)),
    ]
    return f"| {' | '.join(cells)} |"
