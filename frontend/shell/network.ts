// htmx with our tokens and our manners: the forgery token on every request, refusals said in words, the offline bar.
import htmx from "htmx.org";
import { toast } from "./toasts";
import { word } from "./words";

type Detail = { headers: Record<string, string>; xhr: XMLHttpRequest; requestConfig?: { headers?: Record<string, string> } };

function sentenceOf(xhr: XMLHttpRequest): string {
  try {
    return String((JSON.parse(xhr.responseText) as { detail?: string }).detail ?? word("failed"));
  } catch {
    return word("failed");
  }
}

function isQuiet(detail: Detail): boolean {
  return detail.requestConfig?.headers?.["X-Background"] === "1";
}

function showWhetherOnline(): void {
  const bar = document.querySelector<HTMLElement>("[data-offline]");
  if (bar) bar.hidden = navigator.onLine;
}

/** Set htmx up, and watch the line. */
export function speakHtmx(): void {
  htmx.config.includeIndicatorStyles = false;
  htmx.config.allowEval = false;
  htmx.config.historyCacheSize = 0;
  document.addEventListener("htmx:configRequest", (event) => {
    const { headers } = (event as CustomEvent<Detail>).detail;
    headers["X-CSRFToken"] = document.body.dataset.csrf ?? "";
    headers["Accept"] = "application/problem+json, text/html";
  });
  for (const name of ["htmx:responseError", "htmx:sendError"]) {
    document.addEventListener(name, (event) => {
      const { detail } = event as CustomEvent<Detail>;
      if (!isQuiet(detail)) toast(sentenceOf(detail.xhr), { level: "danger" });
    });
  }
  document.addEventListener("toast", (event) => {
    const { words = "", level, undo } = (event as CustomEvent<{ words?: string; level?: string; undo?: string }>).detail;
    toast(words, { level, undo });
  });
  window.addEventListener("online", showWhetherOnline);
  window.addEventListener("offline", showWhetherOnline);
  showWhetherOnline();
}
