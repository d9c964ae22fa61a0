/** Barcodes from pictures: the camera held over goods, or one photograph of many. The decoder is ours to bring (wasm in the bundle). */

import { prepareZXingModule, readBarcodes, type ReaderOptions } from "zxing-wasm/reader";
import wasm from "zxing-wasm/reader/zxing_reader.wasm?url";

const OPTIONS: ReaderOptions = { formats: ["EAN-13", "EAN-8", "UPC-A", "ITF"], tryHarder: true, maxNumberOfSymbols: 64 };

let prepared = false;

function prepare(): void {
  if (prepared) return;
  prepareZXingModule({ overrides: { locateFile: (path: string, prefix: string) => (path.endsWith(".wasm") ? wasm : prefix + path) } });
  prepared = true;
}

/** Every barcode in a picture, each as often as it is seen. */
export async function barcodesIn(picture: Blob | ImageData): Promise<string[]> {
  prepare();
  const found = await readBarcodes(picture, OPTIONS);
  return found.filter((one) => one.isValid).map((one) => one.text.replace(/\D/g, "")).filter((text) => text.length >= 8);
}

/** Tells a code that is held before the camera from the same code shown again: it must have been away for a while. */
export class Presented {
  private readonly seen = new Map<string, number>();

  constructor(private readonly awayMs = 700) {}

  /** Of these codes in view now, the ones that have just come. */
  fresh(codes: string[], now: number): string[] {
    const come = [...new Set(codes)].filter((code) => now - (this.seen.get(code) ?? -Infinity) > this.awayMs);
    codes.forEach((code) => this.seen.set(code, now));
    return come;
  }
}

/** Watch a camera until stopped; says each code when it comes into view. */
export async function watchCamera(video: HTMLVideoElement, onCode: (barcode: string) => void): Promise<() => void> {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
    audio: false,
  });
  video.srcObject = stream;
  await video.play();
  const canvas = document.createElement("canvas");
  const drawing = canvas.getContext("2d", { willReadFrequently: true })!;
  const presented = new Presented();
  let stopped = false;
  const look = async (): Promise<void> => {
    if (stopped) return;
    if (video.videoWidth) {
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
      drawing.drawImage(video, 0, 0);
      const codes = await barcodesIn(drawing.getImageData(0, 0, canvas.width, canvas.height));
      if (!stopped) presented.fresh(codes, performance.now()).forEach(onCode);
    }
    setTimeout(() => void look(), 80);
  };
  void look();
  return () => {
    stopped = true;
    stream.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
  };
}
