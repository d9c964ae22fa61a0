import { beforeEach, describe, expect, it, vi } from "vitest";
import { keepDrafts, putBack, valuesOf } from "../drafts";

const FORM = `<form method="post" data-draft="place">
  <input type="hidden" name="csrfmiddlewaretoken" value="t"><input name="address" value="">
  <input type="password" name="secret" value=""><input type="checkbox" name="sealed" value="1">
  <select name="way"><option value="">—</option><option value="here">就地</option></select></form>`;

function form(): HTMLFormElement {
  return document.querySelector("form")!;
}

function fill(name: string, value: string): void {
  const field = form().elements.namedItem(name) as HTMLInputElement;
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function send(): void {
  form().addEventListener("submit", (event) => event.preventDefault());
  form().dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
}

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  vi.useFakeTimers();
  document.body.dataset.officer = "a";
  document.body.innerHTML = FORM;
});

describe("drafts", () => {
  it("keep what was typed, never passwords and tokens", () => {
    fill("address", "枋湖南路88号");
    fill("secret", "s3cret");
    expect(valuesOf(form())).toEqual({ address: ["枋湖南路88号"], way: [""] });
  });

  it("come back after the page was lost", () => {
    keepDrafts();
    fill("address", "枋湖南路88号");
    fill("way", "here");
    vi.advanceTimersByTime(500);
    document.body.innerHTML = FORM;
    keepDrafts();
    expect(valuesOf(form())).toEqual({ address: ["枋湖南路88号"], way: ["here"] });
  });

  it("do not cover what the server sent", () => {
    const field = form().elements.namedItem("address") as HTMLInputElement;
    field.value = "改过的";
    expect(putBack(form(), { address: ["旧的"] })).toBe(false);
    expect(field.value).toBe("改过的");
  });

  it("go when the server has taken the form", () => {
    keepDrafts();
    fill("address", "枋湖南路88号");
    send();
    document.body.innerHTML = "<p>done</p>";
    keepDrafts();
    expect(localStorage.length).toBe(0);
  });

  it("stay when the form is back with something to correct", () => {
    keepDrafts();
    fill("address", "枋湖南路88号");
    send();
    document.body.innerHTML = `<div data-errors></div>${FORM}`;
    keepDrafts();
    expect(valuesOf(form()).address).toEqual(["枋湖南路88号"]);
  });

  it("stay when the session had ended", () => {
    keepDrafts();
    fill("address", "枋湖南路88号");
    send();
    delete document.body.dataset.officer;
    document.body.innerHTML = "<p>sign in</p>";
    keepDrafts();
    expect(localStorage.length).toBe(1);
  });

  it("belong to the officer who typed them", () => {
    keepDrafts();
    fill("address", "枋湖南路88号");
    vi.advanceTimersByTime(500);
    document.body.dataset.officer = "b";
    document.body.innerHTML = FORM;
    keepDrafts();
    expect(valuesOf(form()).address).toEqual([""]);
  });
});
