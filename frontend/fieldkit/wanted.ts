/** The pictures that this kind of case needs, and how many of each there are: one that was refused is none. */

import type { Session } from "./session";
import type { CaseState, Photo } from "./types";

export interface Wanted {
  code: string;
  what: string;
  must: boolean;
  n: number;
}

/** What a picture is known by on this tablet. */
export function idOf(photo: Photo): string {
  return photo.photo_id ?? photo.id;
}

/** The list, counted without the pictures that the server refused for good. */
export function wantedPhotos(state: Pick<CaseState, "photo_list" | "photos">, refused: Session["photos"]["refused"]): Wanted[] {
  return state.photo_list.map((entry) => {
    const code = entry.code ?? entry.what;
    const none = state.photos.filter((photo) => photo.what === code && refused.has(idOf(photo))).length;
    return { code, what: entry.what, must: Boolean(entry.must), n: Math.max(0, Number(entry.have) - none) };
  });
}
