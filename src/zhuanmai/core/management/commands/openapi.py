"""`zhuanmai openapi`: the JSON API as an OpenAPI document, kept in docs/openapi.json."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from zhuanmai.api import api


class Command(BaseCommand):
    """Write the document; a test compares the one in the repository."""

    help = __doc__

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Where to."""
        parser.add_argument("--to", type=Path, default=Path("docs/openapi.json"), help="file to write")

    def handle(self, *_: Any, **options: Any) -> None:
        """Write it."""
        options["to"].write_text(document(), encoding="utf-8")
        self.stdout.write(str(options["to"]))


def document() -> str:
    """The document as it is written: keys sorted, so that a change shows as a small difference."""
    plain = json.loads(json.dumps(api.get_openapi_schema(), default=str))
    return json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
