/** Made from docs/openapi.json by `npm run types`; not written by hand. */

/** Of each operation its texts by their paths (`*` in a list), and the most characters of each; null: no limit. */
export const TEXTS: Record<string, Record<string, number | null>> = {
  "case.hand_over": { "reason": 200 },
  "case.open": { "clue.source": 120, "clue.text": null, "place.address": 300, "place.district_code": 6, "place.shop_name": 120, "reason": 20, "report.by": null, "report.text": null, "report.way": null },
  "causes.set": { "codes.*": null },
  "code.add": { "row1": null, "row2": null },
  "correction.set": { "what": 500 },
  "counting.close": { "override_reason": null },
  "counting.reopen": { "reason": null },
  "evidence.set": { "kind": 60, "place": 300, "provided_by": 120, "way": 60 },
  "inspection.set": { "clue.source": 120, "clue.text": null, "narrative": null, "narrative_facts.*": null, "place.address": 300, "place.district_code": 6, "place.shop_name": 120, "remarks": null, "report.by": null, "report.text": null, "report.way": null },
  "line.set": { "bag_no": 40, "description": 300, "goods": null, "name": 120, "note": 300, "per": null, "price": null, "price_reason": 200, "strip_no": 40 },
  "line.split": { "cartons": null },
  "oral_approval.record": { "reason": 200 },
  "party.set": { "address": 300, "ethnicity": 20, "id_kind": 40, "id_no": 40, "licence_no": null, "name": 120, "occupation": 120, "phone": 40, "sex": 4 },
  "photo.add": { "caption": 200, "place": 300, "sha256": null, "what": 60 },
  "presence.set": { "person_in_charge.address": 300, "person_in_charge.id_kind": null, "person_in_charge.id_no": null, "person_in_charge.name": 120, "person_in_charge.phone": null, "person_in_charge.relation": null, "person_in_charge.sex": null, "refusal_reason": 300, "witness.address": 300, "witness.id_kind": null, "witness.id_no": null, "witness.name": 120, "witness.phone": null, "witness.relation": null, "witness.sex": null },
  "quantity.difference": { "difference": null, "seen": null, "unit": null },
  "questioning.set": { "place": 300, "questions.*.answer": 8000, "questions.*.id": 60, "questions.*.text": 1000 },
  "registration.set": { "reason": 200, "storage_place": 200, "way": 40 },
  "sample.set": { "base": null, "cartons": null, "method": 120, "packing_form": 40, "purpose": 120, "sample_no": 40, "sealed": null, "state": 120 },
  "scan": { "barcode": 40, "n": null, "unit": null, "via": null },
  "service.set": { "address": 300, "electronic_way": 120, "phone": null, "receiver": 120, "substitute": 200, "way": 20 },
  "simple.set": { "amount": null, "circumstances.*": null, "defence": 1000, "facts": 4000, "income": null, "payment": 300, "penalty_kind": null },
  "summary.set": { "text": 20000 },
  "unlisted.register": { "barcode": 40, "description": 300, "goods": null, "n": null, "name": 120, "unit": null },
};
