"""The `zhuanmai` command: Django's commands and ours under one name."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run `zhuanmai COMMAND …`. Commands of the embedded database start it first when it is down."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhuanmai.settings")
    execute_from_command_line(["zhuanmai", *sys.argv[1:]])


if __name__ == "__main__":
    main()
