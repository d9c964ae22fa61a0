"""Pages of the system administrator: settings that are data, jobs, backups, and what doctor finds."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhuanmai.core import backup, backups, checks, jobs, options
from zhuanmai.core.access import allowed, officer_of
from zhuanmai.core.errors import Refused
from zhuanmai.core.listing import Column, Listing, Table, declare

_ours = allowed("core.settings", "维护系统设置、后台任务与备份")
JOBS = declare(
    Listing(
        "core:jobs",
        "jobs",
        gettext_lazy("Jobs"),
        (
            Column("number", gettext_lazy("No."), lambda one: one.row.pk, "id", number=True,
                   template="core/_job_number.html"),
            Column("task", gettext_lazy("Job"), lambda one: one.words, "task_name"),
            Column("state", gettext_lazy("State"), lambda one: one.state, "status", nowrap=True,
                   template="core/_job_state.html"),
            Column("attempts", gettext_lazy("Attempts"), lambda one: one.row.attempts, "attempts", number=True),
            Column("planned", gettext_lazy("Planned for"), lambda one: one.row.scheduled_at, "scheduled_at",
                   nowrap=True),
            Column("why", gettext_lazy("How far it is, or why it waits or failed"), lambda one: one.why),
            Column("acts", gettext_lazy("Acts"), bare=True, number=True, template="core/_job_acts.html",
                   in_sheet=False),
        ),
        default="-number",
        dress=jobs.shown,
    )
)  # fmt: skip


@require_http_methods(["GET", "POST"])
@_ours
def settings_page(request: HttpRequest) -> HttpResponse:
    """Settings that are data, each changed with a reason; and those that only the environment gives."""
    errors: list[Refused] = []
    changing = request.POST.get("name", "")
    if request.method == "POST":
        try:
            options.change(
                actor_id=officer_of(request).pk,
                name=changing,
                text=request.POST.get("value", ""),
                reason=request.POST.get("reason", ""),
            )
            messages.success(request, _("The setting is changed."))
            return redirect("core:settings")
        except LookupError:
            errors = [Refused("no_setting", "没有这项设置；请刷新页面。")]
        except Refused as refused:
            errors = [Refused(refused.code, refused.detail, f"{refused.field}_{changing}")]
    context = {
        "rows": options.shown(),
        "given": [(f"ZHUANMAI_{name}", getattr(settings, name)) for name in options.GIVEN],
        "errors": errors,
        "changing": changing,
        "typed": request.POST,
    }
    return render(request, "core/settings.html", context, status=422 if errors else 200)


@never_cache
@require_GET
@_ours
def jobs_page(request: HttpRequest) -> HttpResponse:
    """Jobs with their state, and why each waits or failed."""
    found = jobs.listed(state=request.GET.get("state", ""), task=request.GET.get("task", ""))
    table = Table(JOBS, request, found)
    if answer := table.sheet():
        return answer
    counted = jobs.counts()
    context = table.context() | {
        "states": [(state, words, counted.get(state, 0)) for state, words in jobs.STATES.items() if state != "aborted"],
        "tasks": jobs.task_names(),
    }
    return render(request, "core/jobs.html", context)


@require_POST
@_ours
def retry_job(request: HttpRequest, job_id: int) -> HttpResponse:
    """Do a failed job again."""
    jobs.retry(actor_id=officer_of(request).pk, job_id=job_id)
    messages.success(request, _("The job is done again."))
    return redirect("core:jobs")


@never_cache
@require_http_methods(["GET", "POST"])
@_ours
def backups_page(request: HttpRequest) -> HttpResponse:
    """The latest backups with what their proofs found, and the button that has one made."""
    errors: list[Refused] = []
    if request.method == "POST":
        try:
            backups.ask(actor_id=officer_of(request).pk)
            messages.success(request, _("The backup is being made; this page shows when it is done."))
            return redirect("core:backups")
        except Refused as refused:
            errors = [refused]
    kept = backups.kept()
    context = {
        "rows": kept,
        "errors": errors,
        "recipient": settings.BACKUP_RECIPIENT,
        "maker": backup.own_fingerprint(),
        "is_waiting": any(one.row.is_open for one in kept),
    }
    return render(request, "core/backups.html", context, status=422 if errors else 200)


@never_cache
@require_GET
@_ours
def doctor(request: HttpRequest) -> HttpResponse:
    """What doctor finds. The page comes at once; the checks, which ask partners, are loaded into it."""
    if request.headers.get("HX-Request") != "true":
        return render(request, "core/doctor.html")
    return render(request, "core/_findings.html", {"findings": checks.findings()})
