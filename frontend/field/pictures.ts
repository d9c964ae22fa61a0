/** Photographs as evidence: digest of the original, and a remark where a picture is dark, burnt out or blurred. */

import { t } from "./i18n";

/** SHA-256 of the bytes, as 64 hexadecimal digits. */
export async function digest(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const SIDE = 320;

/** Remarks on a picture; they point out and refuse nothing. */
export async function quality(blob: Blob): Promise<string[]> {
  try {
    const picture = await createImageBitmap(blob);
    const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
    const [width, height] = [Math.max(3, Math.round(picture.width * scale)), Math.max(3, Math.round(picture.height * scale))];
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    const drawing = canvas.getContext("2d", { willReadFrequently: true })!;
    drawing.drawImage(picture, 0, 0, width, height);
    const small = Math.max(picture.width, picture.height) < 640 ? [t("像素偏低")] : [];
    return [...small, ...remarks(grey(drawing.getImageData(0, 0, width, height).data), width, height)];
  } catch {
    return [t("无法预览，请确认是图片")];
  }
}

function grey(pixels: Uint8ClampedArray): Float32Array {
  const shades = new Float32Array(pixels.length / 4);
  for (let i = 0; i < shades.length; i++)
    shades[i] = 0.299 * pixels[i * 4]! + 0.587 * pixels[i * 4 + 1]! + 0.114 * pixels[i * 4 + 2]!;
  return shades;
}

/** Judge shades of grey: mean light, share of burnt-out points, and sharpness as the variance of the Laplacian. */
export function remarks(shades: Float32Array, width: number, height: number): string[] {
  const mean = shades.reduce((sum, shade) => sum + shade, 0) / shades.length;
  const burnt = shades.reduce((count, shade) => count + (shade > 250 ? 1 : 0), 0) / shades.length;
  let sum = 0;
  let squares = 0;
  let count = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const edge = shades[at - 1]! + shades[at + 1]! + shades[at - width]! + shades[at + width]! - 4 * shades[at]!;
      sum += edge;
      squares += edge * edge;
      count++;
    }
  }
  const sharpness = squares / count - (sum / count) ** 2;
  const found: string[] = [];
  if (mean < 45) found.push(t("偏暗，建议补光重拍"));
  if (burnt > 0.35) found.push(t("过曝，建议避开强光重拍"));
  if (sharpness < 40) found.push(t("可能模糊，建议对焦重拍"));
  return found;
}
