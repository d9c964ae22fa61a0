// A burst of digits ended by Enter is a scan; whatever a hand types reaches the field, in order, and nothing twice.
import { describe, expect, it } from "vitest";
import { GUN_DEFAULTS, GunDecoder, charOfCode } from "../gun";

const BARCODE = "6901028137492";

function burst(decoder: GunDecoder, text: string, gap: number, from = 1000, end = "Enter") {
  let at = from;
  for (const char of text) {
    decoder.key(char, `Digit${char}`, at);
    at += gap;
  }
  return decoder.key("", end, at);
}

describe("a scan", () => {
  it.each([["Enter"], ["NumpadEnter"], ["Tab"]])("is ended by %s", (end) => {
    expect(burst(new GunDecoder(), BARCODE, 3, 1000, end)).toEqual({ act: "scan", barcode: BARCODE, released: 0, stuttered: false });
  });

  it("holds every digit back until it is decided", () => {
    const decoder = new GunDecoder();
    expect([...BARCODE].map((char, i) => decoder.key(char, `Digit${char}`, 1000 + i * 40).act)).toEqual(Array(13).fill("hold"));
    expect(decoder.decideAt).toBe(1000 + 12 * 40 + 45);
  });

  it("may have gaps of exactly 40 ms, and not of 41", () => {
    expect(burst(new GunDecoder(), BARCODE, 40).act).toBe("scan");
    expect(burst(new GunDecoder(), BARCODE, 41).act).toBe("pass");
  });

  it("has at least eight digits", () => {
    expect(burst(new GunDecoder(), "12345670", 5)).toMatchObject({ act: "scan", barcode: "12345670" });
    expect(burst(new GunDecoder(), "1234567", 5)).toMatchObject({ act: "pass" });
  });

  it("comes again at once without being suppressed", () => {
    const decoder = new GunDecoder();
    const scans = Array.from({ length: 20 }, (_, i) => burst(decoder, BARCODE, 3, 1000 + i * 50));
    expect(scans.map((scan) => scan.act)).toEqual(Array(20).fill("scan"));
  });

  it("is not lost when the page was busy and the first digits were already handed on", () => {
    const decoder = new GunDecoder();
    decoder.key("6", "Digit6", 1000);
    decoder.key("9", "Digit9", 1005);
    expect(decoder.expire(2000).map((key) => key.char)).toEqual(["6", "9"]);
    expect(burst(decoder, BARCODE.slice(2), 5, 1010)).toEqual({ act: "scan", barcode: BARCODE, released: 2, stuttered: false });
  });

  it("with a pause in it is still that scan, and never the shorter one after the pause", () => {
    const decoder = new GunDecoder();
    let at = 1000;
    for (const char of BARCODE.slice(0, 5)) decoder.key(char, `Digit${char}`, (at += 4));
    decoder.expire(at + 45);
    expect(burst(decoder, BARCODE.slice(5), 4, at + 200)).toEqual({ act: "scan", barcode: BARCODE, released: 5, stuttered: true });
  });

  it("is not joined with a digit that was typed before it", () => {
    const decoder = new GunDecoder();
    decoder.key("5", "Digit5", 1000);
    decoder.expire(1045);
    expect(burst(decoder, BARCODE, 4, 1300)).toEqual({ act: "scan", barcode: BARCODE, released: 0, stuttered: false });
  });

  it("may begin with the prefix that the gun is set to", () => {
    const decoder = new GunDecoder({ ...GUN_DEFAULTS, prefix: "~" });
    expect(decoder.key("~", "Backquote", 995)).toEqual({ act: "hold" });
    expect(burst(decoder, BARCODE, 3)).toMatchObject({ act: "scan", barcode: BARCODE });
    expect(burst(decoder, BARCODE, 3, 5000)).toMatchObject({ act: "scan", barcode: BARCODE });
  });
});

describe("what a hand types", () => {
  it("is handed on when the time to decide is over", () => {
    const decoder = new GunDecoder();
    decoder.key("5", "Digit5", 1000);
    expect(decoder.expire(1044)).toEqual([]);
    expect(decoder.expire(1045).map((key) => key.char)).toEqual(["5"]);
    expect(decoder.waiting).toBe(false);
  });

  it("keeps its order when the next digit comes too late for a gun", () => {
    const decoder = new GunDecoder();
    decoder.key("5", "Digit5", 1000);
    const verdict = decoder.key("0", "Digit0", 1042);
    expect(verdict).toMatchObject({ act: "pass", release: [{ char: "5" }] });
    expect(decoder.waiting).toBe(true);
    expect(decoder.expire(1090).map((key) => key.char)).toEqual(["0"]);
  });

  it("goes before another key, a letter or Enter", () => {
    const decoder = new GunDecoder();
    decoder.key("1", "Digit1", 1000);
    expect(decoder.key("", "KeyA", 1010)).toMatchObject({ act: "pass", release: [{ char: "1" }] });
    decoder.key("2", "Digit2", 2000);
    expect(decoder.key("", "Enter", 2010)).toMatchObject({ act: "pass", release: [{ char: "2" }] });
  });

  it("does not become a scan because Enter follows late", () => {
    const decoder = new GunDecoder();
    let at = 1000;
    for (const char of BARCODE) decoder.key(char, `Digit${char}`, (at += 5));
    decoder.expire(at + 45);
    expect(decoder.key("", "Enter", at + 300).act).toBe("pass");
  });

  it("is no scan when a whole barcode is typed by hand", () => {
    const decoder = new GunDecoder();
    let seen = "";
    let at = 1000;
    for (const char of BARCODE) {
      seen += decoder.expire(at + 50).map((key) => key.char).join("");
      decoder.key(char, `Digit${char}`, (at += 80));
    }
    seen += decoder.expire(at + 50).map((key) => key.char).join("");
    expect(decoder.key("", "Enter", at + 80)).toEqual({ act: "pass", release: [] });
    expect(seen).toBe(BARCODE);
  });

  it("never disappears: every digit is handed on or part of a scan", () => {
    const decoder = new GunDecoder();
    const typed = "31415926535897932384";
    let seen = "";
    let at = 1000;
    [...typed].forEach((char, i) => {
      at += [3, 30, 41, 44, 100][i % 5]!;
      seen += decoder.expire(at - 0.5).map((key) => key.char).join("");
      const verdict = decoder.key(char, `Digit${char}`, at);
      if (verdict.act === "pass") seen += verdict.release.map((key) => key.char).join("");
    });
    seen += decoder.flush().map((key) => key.char).join("");
    expect(seen).toBe(typed);
  });
});

describe("a key's code", () => {
  it.each([
    ["Digit7", false, "7"], ["Numpad3", false, "3"], ["Digit2", true, "@"], ["KeyQ", true, "Q"], ["Backquote", true, "~"], ["F5", false, ""],
  ])("%s (shift %s) types %s, whatever the input method says", (code, shift, char) => {
    expect(charOfCode(code as string, shift as boolean)).toBe(char);
  });
});
