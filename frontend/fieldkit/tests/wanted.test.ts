// A picture that was refused is not taken.
import { describe, expect, it } from "vitest";
import type { CaseState } from "../types";
import { wantedPhotos } from "../wanted";

const state = {
  photo_list: [{ code: "shop", what: "店外环境", must: true, have: 2 }, { code: "goods", what: "查获的卷烟", must: true, have: 1 }, { code: "id", what: "证件", must: false, have: 0 }],
  photos: [{ id: "a", what: "shop" }, { id: "b", photo_id: "b", what: "shop" }, { id: "c", what: "goods" }, { id: "d", what: "other" }],
} as unknown as Pick<CaseState, "photo_list" | "photos">;

describe("the pictures that are wanted", () => {
  it.each([[[], [2, 1, 0]], [["b"], [1, 1, 0]], [["c"], [2, 0, 0]], [["a", "b", "c", "d", "e"], [0, 0, 0]]])("without %j are %j", (refused, n) => {
    expect(wantedPhotos(state, new Set(refused as string[])).map((one) => one.n)).toEqual(n);
  });
});
