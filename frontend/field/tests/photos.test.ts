// What the server refuses for good is said, sent no more, and gone once it is not wanted.
import { describe, expect, it, vi } from "vitest";
import { Problem } from "../api";
import { PhotoQueue, type Pictured } from "../photos";

vi.mock("../pictures", () => ({ digest: async () => "ab", quality: async () => [] }));

function pictured(put: () => Promise<unknown>): { subject: Pictured; kept: Map<string, any>; acts: string[] } {
  const kept = new Map<string, any>();
  const acts: string[] = [];
  const subject = {
    subjectId: "case", path: "/cases/case", operations: { value: [] },
    api: { put: vi.fn(put), url: (path: string) => path },
    log: {
      keepPhoto: async (photo: any) => void kept.set(photo.id, photo),
      unsentPhotos: async () => [...kept.values()],
      markSent: async (id: string) => void kept.delete(id),
      dropPhoto: async (id: string) => void kept.delete(id),
      photo: async () => undefined,
    },
    act: async (kind: string) => void acts.push(kind),
  } as unknown as Pictured;
  return { subject, kept, acts };
}
const file = new Blob(["x"], { type: "image/heic" });

describe("a picture that is refused for good", () => {
  it("is sent once, says why, and is forgotten when it is not wanted", async () => {
    const { subject, kept, acts } = pictured(() => Promise.reject(new Problem(422, "这不是能显示的图片。", "not_a_picture")));
    const queue = new PhotoQueue(subject, () => "店内");
    const id = await queue.add(file, { what: "scene" });
    await queue.send();
    await queue.send();
    expect(subject.api.put).toHaveBeenCalledTimes(1);
    expect(queue.refused.has(id)).toBe(true);
    expect(queue.waiting.get(id)).toContain("这不是能显示的图片");
    await queue.drop(id);
    expect([queue.refused.size, queue.waiting.size, kept.size, acts.at(-1)]).toEqual([0, 0, 0, "photo.remove"]);
  });

  it("is not one that only waits for a network", async () => {
    const { subject, kept } = pictured(() => Promise.reject(new TypeError("Failed to fetch")));
    const queue = new PhotoQueue(subject, () => "店内");
    await queue.add(file, { what: "scene" });
    await queue.send();
    expect([queue.refused.size, queue.waiting.size, kept.size]).toEqual([0, 1, 1]);
  });
});
