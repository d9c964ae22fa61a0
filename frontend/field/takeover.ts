/** What another officer entered on this tablet and did not send: left to them, or taken over openly. */

import type { Api } from "./api";
import { deliver } from "./delivery";
import type { Operation } from "./operations";
import type { Oplog } from "./oplog";
import { Box, fromBase64 } from "./sealing";
import type { TakeOverIn, TakeOverOut } from "./wire";

/** Who takes over, of what: an open subject. */
export interface Taker {
  api: Api;
  log: Oplog;
  subjectId: string;
  path: string;
  sync: { kick(): void };
}

const BATCH = 100;

/**
 * Send them under one's own name, with the author's beside it. The server gives the key only among officers of the
 * subject, and notes it. Returns what it did not accept, to be read by who took over.
 */
export async function takeOver(taker: Taker, author: string): Promise<Operation[]> {
  const { api, path, subjectId, log } = taker;
  const { key } = await api.post<TakeOverOut>(`${path}/take-over`, { author, device: log.device } satisfies TakeOverIn);
  const box = await Box.of(fromBase64(key));
  let waiting = await log.foreignOperations(subjectId, author, box);
  const refused: Operation[] = [];
  await deliver({
    api, path, tablet: log.tabletOf(author), batch: BATCH, takenOver: true,
    waiting: () => waiting,
    took: async ({ results, cursor }) => {
      const changed = await log.acknowledge(subjectId, results, cursor, box);
      const done = new Set(changed.filter((one) => one.status !== "waiting").map((one) => one.id));
      refused.push(...changed.filter((one) => one.status === "refused"));
      waiting = waiting.filter((one) => !done.has(one.id));
    },
  });
  await sendPictures(taker, author, box);
  taker.sync.kick();
  return refused;
}

async function sendPictures({ api, path, subjectId, log }: Taker, author: string, box: Box): Promise<void> {
  for (const photo of await log.unsentPhotos(subjectId, author, box)) {
    await api.put(`${path}/photos/${photo.id}`, photo.blob, photo.mime);
    await log.markSent(photo.id);
  }
}
