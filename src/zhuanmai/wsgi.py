"""The web application for a WSGI server (granian)."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhuanmai.settings")
application = get_wsgi_application()
