"""core's addresses."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_noop as _
from django.views.i18n import set_language

from zhuanmai.core import upkeep, views
from zhuanmai.core.navigation import Page, register

app_name = "core"
urlpatterns = [
    path("healthz", views.health, name="health"),
    path("language", set_language, name="set_language"),
    path("theme", views.set_theme, name="set_theme"),
    path("notices", views.bell, name="bell"),
    path("waiting", views.waiting, name="waiting"),
    path("search", views.search_page, name="search"),
    path("search/suggestions", views.suggestions, name="suggestions"),
    path("system/settings", upkeep.settings_page, name="settings"),
    path("system/jobs", upkeep.jobs_page, name="jobs"),
    path("system/jobs/<int:job_id>/retry", upkeep.retry_job, name="retry_job"),
    path("system/backups", upkeep.backups_page, name="backups"),
    path("system/doctor", upkeep.doctor, name="doctor"),
    path("styleguide", views.style_guide, name="styleguide"),
]
register(Page("core:settings", _("System settings"), _("Administration"), "settings", "core.settings", 100))
register(Page("core:jobs", _("Jobs"), _("Administration"), "list-check", "core.settings", 101))
register(Page("core:backups", _("Backups"), _("Administration"), "database", "core.settings", 102))
register(Page("core:doctor", _("Doctor"), _("Administration"), "plug", "core.settings", 103))
