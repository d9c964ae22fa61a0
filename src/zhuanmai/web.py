"""The web application for granian's interface `rsgi`, behind the door that takes requests in measure."""

from __future__ import annotations

from django.conf import settings

from zhuanmai.core.door import Door, Measures
from zhuanmai.wsgi import application as _application

application = Door(_application, Measures(most=settings.BODY_BYTES, threads=settings.WEB_THREADS))
