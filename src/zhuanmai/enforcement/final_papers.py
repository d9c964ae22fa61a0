"""Documents of a case that say for good what they say: sealed, or decided on by all their approvers."""

from __future__ import annotations

import uuid

from zhuanmai.documents.models import DocumentState
from zhuanmai.documents.planning import is_settled
from zhuanmai.documents.queries import documents_of
from zhuanmai.documents.rendering import body_sha256
from zhuanmai.enforcement.case_rows import CaseRows
from zhuanmai.enforcement.facts_for_documents import case_facts, own_facts, with_documents
from zhuanmai.enforcement.models import Case
from zhuanmai.enforcement.procedure import KIND


def final_bodies(case_id: uuid.UUID) -> dict[uuid.UUID, str]:
    """The digest of the body that each such document would have by the facts as they are now, by its id.

    Reads the case anew: what handlers hold in memory may be behind. Three queries where there is no such document.
    """
    made = documents_of(KIND, case_id)
    final = [one for one in made if one.state == DocumentState.SEALED or is_settled(one)]
    if not final:
        return {}
    rows = CaseRows(Case.objects.select_related("bureau", "unit", "inspection").get(pk=case_id))
    shared = with_documents(rows, case_facts(rows), made)
    return {
        one.pk: body_sha256(one.kind, own_facts(rows, shared, one.kind, one.key, made), number=one.number or None)
        for one in final
    }
