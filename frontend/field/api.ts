/** The server's JSON API, with its refusals as sentences. */

import { t } from "./i18n";

/** The server said no, in words (RFC 9457), or did not understand. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly code = "",
    readonly field = "",
    readonly body: Record<string, unknown> = {},
  ) {
    super(message);
  }
}

const STATUS_WORDS: Record<number, string> = {
  401: "登录已过期，请重新登录；未传的内容仍在本机",
  403: "没有权限做这一步",
  404: "服务器上没有找到",
  413: "文件太大，请缩小后再传",
  429: "操作太频繁，请稍候再试",
  502: "服务器暂时不可用，正在重试",
  503: "服务器暂时不可用，正在重试",
};

export class Api {
  constructor(
    private readonly base: string,
    private readonly csrf: () => string,
    /** Whose page this is: after somebody else signed in, the server takes nothing from it. */
    private readonly officer = "",
    private readonly timeoutMs = 20_000,
  ) {}

  url(path: string): string {
    return this.base + path;
  }

  /**
   * Ask; with `missing`, an answer of "not there" is that value, with `unchanged` one of "unchanged". `background`: nobody
   * did anything, so that asking does not keep a session alive.
   */
  async get<T>(path: string, options: { missing?: T; unchanged?: T; background?: boolean } = {}): Promise<T> {
    const response = await this.send("GET", path, { headers: options.background ? { "X-Background": "1" } : {} });
    if (response.status === 204 || response.status === 304) return options.unchanged as T;
    if (response.status === 404 && "missing" in options) return options.missing as T;
    return this.read<T>(response);
  }

  async post<T>(path: string, body: unknown): Promise<T> {
    return this.read<T>(await this.send("POST", path, { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }));
  }

  async put<T>(path: string, body: Blob, mime: string): Promise<T> {
    return this.read<T>(await this.send("PUT", path, { body, headers: { "Content-Type": mime } }, 120_000));
  }

  private send(method: string, path: string, more: { body?: BodyInit; headers: Record<string, string> }, timeoutMs = this.timeoutMs): Promise<Response> {
    const headers = { Accept: "application/json", "X-CSRFToken": this.csrf(), ...(this.officer ? { "X-Officer": this.officer } : {}), ...more.headers };
    return fetch(this.base + path, { ...more, method, headers, credentials: "same-origin", redirect: "manual", signal: AbortSignal.timeout(timeoutMs) });
  }

  private async read<T>(response: Response): Promise<T> {
    if (response.type === "opaqueredirect" || response.status === 302) throw new Problem(401, t(STATUS_WORDS[401]!));
    const text = await response.text();
    let body: unknown = null;
    try {
      body = text ? JSON.parse(text) : null;
    } catch {
      if (response.ok) throw new Problem(502, t(STATUS_WORDS[502]!));
    }
    if (response.ok) return body as T;
    const { detail, title, code, field } = (body ?? {}) as Record<string, string>;
    const words = typeof detail === "string" ? detail : title ?? t(STATUS_WORDS[response.status] ?? "服务器出错（{status}）", { status: response.status });
    throw new Problem(response.status, words, code, field, (body ?? {}) as Record<string, unknown>);
  }
}

/** What a failed act says to the officer. */
export function sentence(reason: unknown): string {
  if (reason instanceof Problem) return reason.message;
  if (reason instanceof DOMException && reason.name === "TimeoutError") return t("服务器没有及时回答，请检查网络后再试；已填内容都在");
  if (reason instanceof TypeError) return t("现在离线，联网后再试；已填内容都在");
  return reason instanceof Error ? reason.message : String(reason);
}
