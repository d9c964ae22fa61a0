import { describe, expect, it } from "vitest";
import { relative } from "../times";

describe("relative times", () => {
  it.each([
    [-64 * 60, "1小时前"],
    [-3 * 60, "3分钟前"],
    [-2 * 86400 - 5, "2天前"],
    [5 * 60, "5分钟后"],
  ])("%i seconds", (seconds, words) => {
    expect(relative(seconds, "zh-CN").replaceAll(" ", "")).toBe(words);
  });

  it("speaks English too", () => {
    expect(relative(-120, "en")).toBe("2 minutes ago");
  });
});
