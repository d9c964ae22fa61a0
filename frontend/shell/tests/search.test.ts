import { beforeEach, describe, expect, it } from "vitest";
import { onKey, openSearch, show } from "../search";

const input = (): HTMLInputElement => document.querySelector("input")!;
const list = (): HTMLElement => document.getElementById("zm-found")!;
const chosen = (): string | undefined => document.querySelector("[aria-selected=true]")?.id;

beforeEach(() => {
  document.body.innerHTML = `<form><input data-search aria-controls="zm-found" value="4985"><div id="zm-found" hidden>
    <a role="option" id="a" href="#a">a</a><a role="option" id="b" href="#b">b</a></div></form><textarea></textarea>`;
  Element.prototype.scrollIntoView = () => undefined;
  window.location.hash = "";
});

describe("what is found while typing", () => {
  it("is chosen down and up, and beyond its ends the words are", () => {
    show(true);
    const seen = ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp", "ArrowUp"].map((key) => {
      expect(onKey(key)).toBe(true);
      return chosen();
    });
    expect(seen).toEqual(["a", "b", undefined, "b", "a", undefined]);
  });

  it("opens what is chosen, and sends the words where nothing is", () => {
    show(true);
    expect(onKey("Enter")).toBe(false);
    onKey("ArrowDown");
    expect(onKey("Enter")).toBe(true);
    expect(window.location.hash).toBe("#a");
  });

  it("is not shown for no words, and goes with Escape", () => {
    show(true);
    expect(list().hidden).toBe(false);
    expect(onKey("Escape")).toBe(true);
    expect(onKey("Escape")).toBe(false);
    input().value = " ";
    show(true);
    expect(list().hidden).toBe(true);
  });
});

describe("the way to the box", () => {
  it("is / outside of fields and Ctrl+K everywhere", () => {
    openSearch();
    const press = (target: Element, init: KeyboardEventInit): void => {
      input().blur();
      target.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init }));
    };
    press(document.body, { key: "/" });
    expect(document.activeElement).toBe(input());
    press(document.querySelector("textarea")!, { key: "/" });
    expect(document.activeElement).not.toBe(input());
    press(document.querySelector("textarea")!, { key: "k", ctrlKey: true });
    expect(document.activeElement).toBe(input());
  });
});
