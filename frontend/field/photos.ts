/** Photographs: kept on the tablet with their digest, put on its subject at once, sent when there is a way. */

import { reactive } from "vue";
import { Problem, sentence, type Api } from "./api";
import { nowIso } from "./clock";
import { isForGood } from "./delivery";
import { t } from "./i18n";
import { newId } from "./ids";
import type { Operation } from "./operations";
import type { Oplog } from "./oplog";
import { digest, quality } from "./pictures";

/** What is photographed: an open subject. */
export interface Pictured {
  api: Api;
  log: Oplog;
  subjectId: string;
  path: string;
  operations: { value: Operation[] };
  act(kind: string, payload: Record<string, unknown>): Promise<unknown>;
}

export class PhotoQueue {
  /** Pictures that the server does not have yet, by the id of the photograph: why, in words, or "" if it just waits. */
  readonly waiting = reactive(new Map<string, string>());
  readonly hints = reactive(new Map<string, string[]>());
  private readonly urls = reactive(new Map<string, string>());
  /** Of these, what was refused for good: no picture at all until another is taken. Not sent again while the page is open. */
  readonly refused = reactive(new Set<string>());
  private flight: Promise<void> | null = null;

  constructor(
    private readonly subject: Pictured,
    /** Where pictures are taken, in words. */
    private readonly place: () => string,
  ) {}

  async restore(): Promise<void> {
    for (const photo of await this.subject.log.unsentPhotos(this.subject.subjectId)) this.waiting.set(photo.id, "");
  }

  /** Keep a picture and put it on the subject, with what is said of it. */
  async add(file: Blob, facts: Record<string, unknown>): Promise<string> {
    const id = newId();
    const mime = file.type || "image/jpeg";
    const [sha256, remarks] = await Promise.all([digest(file), quality(file)]);
    await this.subject.log.keepPhoto({ id, subject_id: this.subject.subjectId, blob: file, mime, sha256, quality: remarks, sent: false });
    this.waiting.set(id, "");
    this.hints.set(id, remarks);
    await this.subject.act("photo.add", { photo_id: id, ...facts, taken_at: nowIso(), place: this.place(), sha256 });
    void this.send();
    return id;
  }

  /** Where the picture can be seen: on the tablet if it is here, else from the server. */
  url(id: string): string {
    const known = this.urls.get(id);
    if (known) return known;
    this.urls.set(id, this.subject.api.url(`${this.subject.path}/photos/${id}`));
    void this.subject.log.photo(id).then((photo) => photo && this.urls.set(id, URL.createObjectURL(photo.blob)));
    return this.urls.get(id)!;
  }

  /** A picture that is not wanted any more: what of it waits here is forgotten, so that it is not sent for ever. */
  async drop(id: string): Promise<void> {
    await this.subject.act("photo.remove", { photo_id: id });
    await this.subject.log.dropPhoto(id);
    this.release(this.urls.get(id));
    for (const known of [this.waiting, this.refused, this.hints, this.urls]) known.delete(id);
  }

  private release(url = ""): void {
    if (url.startsWith("blob:")) URL.revokeObjectURL(url);
  }

  /** Nothing of the subject's pictures is shown any more. */
  forget(): void {
    for (const url of this.urls.values()) this.release(url);
    for (const known of [this.waiting, this.refused, this.hints, this.urls]) known.clear();
  }

  /** Send what waits; resolves when every picture was tried. A picture whose act is not yet with the server waits for it. */
  send(): Promise<void> {
    if (!this.waiting.size) return Promise.resolve();
    this.flight ??= this.sendAll().finally(() => (this.flight = null));
    return this.flight;
  }

  private async sendAll(): Promise<void> {
    for (const photo of await this.subject.log.unsentPhotos(this.subject.subjectId)) {
      const own = this.subject.operations.value.find((one) => one.kind === "photo.add" && one.payload.photo_id === photo.id);
      if (own?.status === "waiting" || own?.status === "refused" || this.refused.has(photo.id)) continue;
      try {
        const path = `${this.subject.path}/photos/${photo.id}`;
        const answer = await this.subject.api.put<{ sha256: string; quality?: string[] }>(path, photo.blob, photo.mime);
        if (answer.sha256 !== photo.sha256) throw new Error(t("传到服务器的照片与原件摘要不符，正在重传"));
        await this.subject.log.markSent(photo.id);
        this.waiting.delete(photo.id);
        if (answer.quality?.length) this.hints.set(photo.id, answer.quality);
      } catch (reason) {
        this.waiting.set(photo.id, sentence(reason));
        if (!(reason instanceof Problem)) break;
        if (isForGood(reason) && reason.status !== 404) this.refused.add(photo.id);
      }
    }
  }
}
