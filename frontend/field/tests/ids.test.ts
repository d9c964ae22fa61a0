// The tablet names things as the server does: known vectors, and the twin of core/ids.py.
import { describe, expect, it } from "vitest";
import { derivedId, newId } from "../ids";

describe("derived ids", () => {
  it.each([
    [["a", "b"], "0d0aaaac-3c80-5d2f-a0cc-c322e5aad67e"],
    [["018f0000-0000-7000-8000-000000000001", "", "6901028137492"], "ce816d81-b61c-54bb-8b01-a154749d135b"],
    [["七匹狼", "红".repeat(60)], "485a53e9-ccc2-5b36-991f-503bd286dd7b"],
  ])("of %j equal the server's", (parts, expected) => {
    expect(derivedId(...(parts as string[]))).toBe(expected);
  });
});

describe("new ids", () => {
  it("are of version 7 and ordered, also within one millisecond", () => {
    const ids = Array.from({ length: 5000 }, () => newId(1_700_000_000_000));
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(ids);
    expect(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toBe(true);
  });

  it("begin with the moment they were made", () => {
    const later = Date.now() + 1_000_000;
    expect(parseInt(newId(later).replace("-", "").slice(0, 12), 16)).toBe(later);
  });
});
