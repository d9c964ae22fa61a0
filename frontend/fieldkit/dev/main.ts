/** The workbench over a made-up server, for drawing boards: /fieldkit/dev/?case=new&lang=en&theme=dark. Not shipped. */
import "@tabler/core/dist/css/tabler.min.css";
import "../../shell/tokens.css";
import { answer } from "./fake";

const wanted = new URLSearchParams(location.search);
const root = document.getElementById("fieldkit")!;
root.dataset.caseId = wanted.get("case") ?? "018f0000-0000-7000-8000-000000000001";
root.dataset.officer = "018f0000-0000-7000-8000-000000000100";
document.documentElement.lang = wanted.get("lang") ?? "zh-Hans";
document.documentElement.dataset.bsTheme = wanted.get("theme") ?? "light";

const real = window.fetch.bind(window);
window.fetch = (input, init) => {
  const url = String(input instanceof Request ? input.url : input);
  return url.startsWith("/api/") ? answer(url.slice(4), init ?? {}) : real(input, init);
};
void import("../main");
