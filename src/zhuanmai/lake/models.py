"""What is kept: imports, as those who asked for them see them. The rows themselves lie in the lake's files."""

from __future__ import annotations

from django.db import models

from zhuanmai.core.models import Waits


class Import(Waits):
    """A file on its way into the lake: asked for on a page or by command, done by a job or by the command itself."""

    file_name = models.CharField(max_length=200)
    file_sha256 = models.CharField(max_length=64, blank=True)
    path = models.CharField(max_length=1000)
    table = models.CharField(max_length=40)
    rows = models.BigIntegerField(default=0)
    taken = models.BigIntegerField(default=0)
    broken = models.BigIntegerField(default=0)
    repeated = models.BigIntegerField(default=0)
    changed = models.BooleanField(default=False)
