/** Identifiers that tablet and server make alike (the server's twin is core/ids.py). */

const NAMESPACE = "6b1f9a52-6f5a-5b83-9f0e-0d6f2a7c4e11";

let lastMs = 0;
let sequence = 0;

/** Make a UUIDv7 (RFC 9562, 5.7): ordered by the moment it was made, also within one millisecond. */
export function newId(now: number = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  if (now > lastMs) {
    lastMs = now;
    sequence = ((bytes[6]! << 8) | bytes[7]!) & 0x7ff;
  } else if (++sequence > 0xfff) {
    lastMs += 1;
    sequence = 0;
  }
  for (let i = 0, rest = lastMs; i < 6; i++, rest = Math.floor(rest / 256)) bytes[5 - i] = rest & 0xff;
  bytes[6] = 0x70 | (sequence >> 8);
  bytes[7] = sequence & 0xff;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return format(bytes);
}

/** Make the same id from the same parts on every machine (UUIDv5), so that two tablets name one line alike. */
export function derivedId(...parts: (string | number)[]): string {
  const name = new TextEncoder().encode(parts.map(String).join("\x1f"));
  const space = parse(NAMESPACE);
  const input = new Uint8Array(space.length + name.length);
  input.set(space);
  input.set(name, space.length);
  const bytes = sha1(input).slice(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return format(bytes);
}

function parse(uuid: string): Uint8Array {
  const hex = uuid.replace(/-/g, "");
  return Uint8Array.from({ length: 16 }, (_, i) => parseInt(hex.slice(i * 2, i * 2 + 2), 16));
}

function format(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** SHA-1 (FIPS 180-4). The browser's own is asynchronous, and a scan must be named before the next key arrives. */
function sha1(message: Uint8Array): Uint8Array {
  const padded = new Uint8Array(((message.length + 8) >> 6) * 64 + 64);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(message.length / 0x20000000));
  view.setUint32(padded.length - 4, message.length << 3);
  const h = new Uint32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]);
  const w = new Uint32Array(80);
  for (let block = 0; block < padded.length; block += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getUint32(block + i * 4);
    for (let i = 16; i < 80; i++) w[i] = rotate(w[i - 3]! ^ w[i - 8]! ^ w[i - 14]! ^ w[i - 16]!, 1);
    let [a, b, c, d, e] = [h[0]!, h[1]!, h[2]!, h[3]!, h[4]!];
    for (let i = 0; i < 80; i++) {
      const [mixed, constant] =
        i < 20 ? [(b & c) | (~b & d), 0x5a827999]
        : i < 40 ? [b ^ c ^ d, 0x6ed9eba1]
        : i < 60 ? [(b & c) | (b & d) | (c & d), 0x8f1bbcdc]
        : [b ^ c ^ d, 0xca62c1d6];
      const next = (rotate(a, 5) + mixed + e + constant + w[i]!) >>> 0;
      [e, d, c, b, a] = [d, c, rotate(b, 30), a, next];
    }
    h[0]! += a; h[1]! += b; h[2]! += c; h[3]! += d; h[4]! += e;
  }
  const digest = new Uint8Array(20);
  h.forEach((word, i) => new DataView(digest.buffer).setUint32(i * 4, word));
  return digest;
}

function rotate(value: number, bits: number): number {
  return ((value << bits) | (value >>> (32 - bits))) >>> 0;
}
