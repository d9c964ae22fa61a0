"""The page of who decides: what waits, each with what is signed and the two buttons; what was decided lately."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie

from zhuanmai.accounts.requests import officer_of
from zhuanmai.approvals.permissions import waiting_for
from zhuanmai.approvals.queries import decided_by
from zhuanmai.approvals.subjects import headings_of, matter_of, step_of, subject_of
from zhuanmai.core.access import signed_in_only


@ensure_csrf_cookie
@signed_in_only
def waiting(request: HttpRequest) -> HttpResponse:
    """Approvals that wait for me, each with its subject and the two buttons."""
    officer = officer_of(request)
    asked, decided = waiting_for(officer), decided_by(officer)
    headings = headings_of([*asked, *decided])
    rows = [
        {
            "row": row,
            "matter": matter_of(row).label,
            "step": step_of(row).label,
            "heading": headings[row.subject_id],
            "card": subject_of(row.subject_kind).card(row),
        }
        for row in asked
    ]
    done = [{"row": row, "matter": matter_of(row).label, "heading": headings[row.subject_id]} for row in decided]
    return render(request, "approvals/waiting.html", {"rows": rows, "done": done})
