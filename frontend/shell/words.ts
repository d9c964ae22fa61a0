// What the shell says, in the page's language: written by the server into #zm-words.

const FALLBACK: Record<string, string> = { saved: "已保存", undo: "撤销", close: "关闭", discard: "放弃" };

/** The words kept under this name, for example `saved`. */
export function word(name: string): string {
  return document.getElementById("zm-words")?.dataset[name] ?? FALLBACK[name] ?? "";
}

/** 09:12, as the bureau's clock shows it. */
export function clockTime(at: Date): string {
  return at.toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" });
}

/** An icon of the sprite, as the server draws it: copied from one that stands on the page. */
export function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  const sprite = document.querySelector("svg.icon use")?.getAttribute("href")?.split("#")[0] ?? "";
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}
