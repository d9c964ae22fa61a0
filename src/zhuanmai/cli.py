"""The `zhuanmai` command: Django's commands and ours under one name."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line

from zhuanmai.core import roles


def main() -> None:
    """Run `zhuanmai COMMAND …`. Those that change what tables there are connect as the database's owner."""
    roles.act_for(sys.argv[1] if len(sys.argv) > 1 else "")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhuanmai.settings")
    execute_from_command_line(["zhuanmai", *sys.argv[1:]])


if __name__ == "__main__":
    main()
