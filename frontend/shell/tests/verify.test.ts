// Only the bureau's own "no" says that a paper is not one of its papers.
import { afterEach, describe, expect, it, vi } from "vitest";
import { judged } from "../verify";

afterEach(() => vi.unstubAllGlobals());

describe("a digest", () => {
  it.each([[200, "known"], [404, "other"], [429, "unsure"], [500, "unsure"], [503, "unsure"]])("answered with %s is %s", async (status, found) => {
    vi.stubGlobal("fetch", vi.fn(async () => new Response("", { status })));
    expect(await judged("/verify/x")).toBe(found);
  });

  it("that nobody could be asked about is unsure", async () => {
    vi.stubGlobal("fetch", vi.fn(async () => Promise.reject(new TypeError("Failed to fetch"))));
    expect(await judged("/verify/x")).toBe("unsure");
  });
});
