import { beforeEach, describe, expect, it, vi } from "vitest";
import { draftForms, keepDrafts, notSent, putBack, typedIn } from "../drafts";

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
    expect(typedIn(form())).toEqual({ address: ["枋湖南路88号"] });
  });

  it("come back after the page was lost", () => {
    keepDrafts();
    fill("address", "枋湖南路88号");
    fill("way", "here");
    vi.advanceTimersByTime(500);
    document.body.innerHTML = FORM;
    keepDrafts();
    expect(typedIn(form())).toEqual({ address: ["枋湖南路88号"], way: ["here"] });
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
    expect(typedIn(form()).address).toEqual(["枋湖南路88号"]);
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
    expect(typedIn(form()).address).toBeUndefined();
  });

  it("stay on a page that says why it was refused, and when a key was not touched", () => {
    for (const lost of [() => (document.body.innerHTML = "<div data-errors>页面已过期</div>"), () => notSent()]) {
      document.body.innerHTML = FORM;
      keepDrafts();
      fill("address", "枋湖南路88号");
      send();
      lost();
      keepDrafts();
      document.body.innerHTML = FORM;
      keepDrafts();
      expect(typedIn(form()).address).toEqual(["枋湖南路88号"]);
    }
  });

  it("hold nothing that the server sent, and nothing that was taken back", () => {
    document.body.innerHTML = `<form method="post"><input name="name" value="叶某"><input name="why" value=""><input type="checkbox" name="known" checked></form>`;
    keepDrafts();
    fill("why", "核对");
    vi.advanceTimersByTime(500);
    expect(Object.values({ ...localStorage }).join()).not.toContain("叶某");
    expect(typedIn(form())).toEqual({ why: ["核对"] });
    fill("why", "");
    vi.advanceTimersByTime(500);
    expect(localStorage.length).toBe(0);
  });

  it("keep a box that was unticked, and leave alone what was not touched", () => {
    const BOXES = `<form method="post"><input name="why" value=""><input type="checkbox" name="a" value="1" checked><input type="checkbox" name="b" value="1" checked></form>`;
    document.body.innerHTML = BOXES;
    keepDrafts();
    (form().elements.namedItem("a") as HTMLInputElement).click();
    vi.advanceTimersByTime(500);
    document.body.innerHTML = BOXES;
    keepDrafts();
    expect([...form().querySelectorAll<HTMLInputElement>("[type=checkbox]")].map((box) => box.checked)).toEqual([false, true]);
  });

  it("are told apart on one page", () => {
    const PAIR = ["price", "facts"].map((act) => `<form method="post"><input type="hidden" name="act" value="${act}"><input name="reason" value=""></form>`).join("");
    document.body.innerHTML = PAIR;
    keepDrafts();
    const [, second] = document.querySelectorAll<HTMLInputElement>("[name=reason]");
    second!.value = "改错";
    second!.dispatchEvent(new Event("input", { bubbles: true }));
    vi.advanceTimersByTime(500);
    document.body.innerHTML = PAIR;
    keepDrafts();
    expect([...document.querySelectorAll<HTMLInputElement>("[name=reason]")].map((field) => field.value)).toEqual(["", "改错"]);
  });

  it("are of forms to type into, and of officers", () => {
    document.body.innerHTML = `<form method="get"><input name="q"></form><form method="post"><button>去</button></form>
      <form method="post" data-no-draft><input name="x"></form><form method="post"><select name="s"></select></form><form method="post" id="typed"><textarea name="t"></textarea></form>`;
    expect(draftForms().map((one) => one.id)).toEqual(["typed"]);
  });

  it("go after a week", () => {
    keepDrafts();
    fill("address", "枋湖南路88号");
    vi.advanceTimersByTime(500);
    vi.setSystemTime(Date.now() + 8 * 24 * 3600 * 1000);
    document.body.innerHTML = FORM;
    keepDrafts();
    expect(localStorage.length).toBe(0);
  });
});
