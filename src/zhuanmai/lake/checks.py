"""What backup, doctor and restore ask of the lake."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from zhuanmai.core.backup import Store, register_store
from zhuanmai.core.checks import Finding, Health, register_check, register_proof
from zhuanmai.lake import manifest
from zhuanmai.lake.queries import folder

PROOF = "数据湖"


def _listed(copies: Path) -> dict[str, Path]:
    """The manifest as it is now, and the files that it names: these stay a day after they are let go."""
    if not (folder() / manifest.NAME).exists():
        return {}
    shutil.copyfile(folder() / manifest.NAME, copies / manifest.NAME)
    named = sorted(manifest.load(copies).named())
    return {path: folder() / path for path in named} | {manifest.NAME: copies / manifest.NAME}


register_store("lake", Store(folder, _listed, names=r"manifest\.json|parts/[\w-]+\.parquet"))


@register_proof(PROOF)
def lake_is_whole() -> Iterable[str]:
    """Every file that the lake names and that is not there."""
    found = sorted(manifest.load(folder()).named())
    return [f"数据湖缺少文件 {path}" for path in found if not (folder() / path).is_file()]


@register_check
def lake_is_there() -> Finding:
    """Whether the files of the lake are all there."""
    missing = list(lake_is_whole())
    if missing:
        return Finding(PROOF, Health.BAD, missing[0], "从备份恢复数据湖文件夹，或重新导入相应文件。")
    return Finding(PROOF, Health.GOOD, f"{len(manifest.load(folder()).named())} 个文件齐全")
