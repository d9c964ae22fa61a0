/** What another officer entered on this tablet and did not send: left to them, or taken over openly. */

import { Box, fromBase64 } from "./sealing";
import { deliver } from "./delivery";
import type { Session } from "./session";
import type { Operation } from "./types";

const BATCH = 100;

/**
 * Send them under one's own name, with the author's beside it. The server gives the key only among officers of the case,
 * and notes it. Returns what it did not accept, to be read by who took over.
 */
export async function takeOver(session: Session, author: string): Promise<Operation[]> {
  const { api, caseId, log } = session;
  const { key } = await api.post<{ key: string }>(`/enforcement/cases/${caseId}/take-over`, { author, device: log.device });
  const box = await Box.of(fromBase64(key));
  let waiting = await log.foreignOperations(caseId, author, box);
  const refused: Operation[] = [];
  await deliver({
    api, caseId, tablet: log.tabletOf(author), batch: BATCH, takenOver: true,
    waiting: () => waiting,
    took: async ({ results, cursor }) => {
      const changed = await log.acknowledge(caseId, results, cursor, box);
      const done = new Set(changed.filter((one) => one.status !== "waiting").map((one) => one.id));
      refused.push(...changed.filter((one) => one.status === "refused"));
      waiting = waiting.filter((one) => !done.has(one.id));
    },
  });
  await sendPictures(session, author, box);
  session.sync.kick();
  return refused;
}

async function sendPictures({ api, caseId, log }: Session, author: string, box: Box): Promise<void> {
  for (const photo of await log.unsentPhotos(caseId, author, box)) {
    await api.put(`/enforcement/cases/${caseId}/photos/${photo.id}`, photo.blob, photo.mime);
    await log.markSent(photo.id);
  }
}
