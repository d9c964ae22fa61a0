"""What doctor and restore ask of reference data: which files it keeps."""

from __future__ import annotations

from collections.abc import Iterable

from zhuanmai.core.kept import keeps
from zhuanmai.reference.models import CatalogueImport


@keeps("价格目录")
def _catalogues() -> Iterable[str]:
    return CatalogueImport.objects.values_list("file_sha256", flat=True)
