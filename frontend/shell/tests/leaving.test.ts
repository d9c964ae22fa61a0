// Nobody signs out unawares while something of theirs waits on the device.
import { beforeEach, describe, expect, it, vi } from "vitest";
import { askBeforeLeaving } from "../leaving";

const PAGE = `<form data-forget-drafts><button>out</button></form>
<dialog data-leaving><b data-unsent></b><button data-close></button><button data-leave></button></dialog>`;
let left = 0;

async function signOut(unsent: Promise<number>): Promise<void> {
  askBeforeLeaving(() => unsent);
  const form = document.querySelector("form")!;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    left += 1;
  });
  form.requestSubmit();
  await new Promise((done) => setTimeout(done));
}
const sheet = (): HTMLDialogElement => document.querySelector("dialog")!;

beforeEach(() => {
  left = 0;
  document.body.dataset.officer = "a";
  document.body.innerHTML = PAGE;
  sheet().showModal = vi.fn();
});

describe("a sign-out", () => {
  it("goes through where nothing waits", async () => {
    await signOut(Promise.resolve(0));
    expect([left, vi.mocked(sheet().showModal).mock.calls.length]).toEqual([1, 0]);
  });
  it("is held where something waits, says how much, and goes through when it is meant", async () => {
    await signOut(Promise.resolve(3));
    expect([left, vi.mocked(sheet().showModal).mock.calls.length]).toEqual([0, 1]);
    expect(sheet().querySelector("[data-unsent]")!.textContent).toBe("3");
    document.querySelector<HTMLButtonElement>("[data-leave]")!.click();
    expect(left).toBe(1);
  });
  it("asks again after the officer stayed", async () => {
    await signOut(Promise.resolve(3));
    document.querySelector("form")!.requestSubmit();
    await new Promise((done) => setTimeout(done));
    expect([left, vi.mocked(sheet().showModal).mock.calls.length]).toEqual([0, 2]);
  });
  it("is not held by a database that cannot be read", async () => {
    await signOut(Promise.reject(new Error("broken")));
    expect(left).toBe(1);
  });
});
