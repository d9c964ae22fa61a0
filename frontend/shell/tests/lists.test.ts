import { beforeEach, describe, expect, it } from "vitest";
import { walk } from "../lists";

function table(): HTMLTableElement {
  return document.querySelector("table")!;
}

beforeEach(() => {
  const rows = ["a", "b", "c"].map((name) => `<tr tabindex="-1" data-href="#${name}" id="${name}"><td><input type="checkbox"></td></tr>`);
  document.body.innerHTML = `<table data-list><tbody>${rows.join("")}</tbody></table>`;
  Element.prototype.scrollIntoView = () => undefined;
});

describe("a list by keyboard", () => {
  it("goes down and up and stops at the ends", () => {
    const seen = ["ArrowDown", "ArrowDown", "j", "ArrowDown", "k", "ArrowUp", "ArrowUp"].map((key) => {
      expect(walk(table(), key)).toBe(true);
      return document.activeElement?.id;
    });
    expect(seen).toEqual(["a", "b", "c", "c", "b", "a", "a"]);
  });

  it("selects with the space bar", () => {
    walk(table(), "ArrowDown");
    expect(walk(table(), " ")).toBe(true);
    expect(document.querySelector<HTMLInputElement>("#a input")!.checked).toBe(true);
  });

  it("leaves other keys alone", () => {
    expect(walk(table(), "x")).toBe(false);
    expect(walk(table(), "Enter")).toBe(false);
  });
});
