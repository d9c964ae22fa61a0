/**
 * What a tablet keeps is sealed (AES-GCM) under keys made from the officer's key on this device. The server gives that
 * key to the officer's own session; nothing of it is kept here beyond the session (the server's twin is
 * accounts/device_keys.py).
 */

export interface Sealed {
  iv: Uint8Array<ArrayBuffer>;
  data: ArrayBuffer;
}

/** Seals and opens what belongs to one subject. `name`: where a thing belongs, so that none takes another's place. */
export class Box {
  private constructor(private readonly key: CryptoKey) {}

  /** The box of a subject's key, 32 bytes. */
  static async of(key: Uint8Array<ArrayBuffer>): Promise<Box> {
    return new Box(await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt", "decrypt"]));
  }

  async sealBytes(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<Sealed> {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: encode(name) }, this.key, bytes) };
  }

  /** Throws where the key is another's, or what is kept was changed or moved. */
  async openBytes(sealed: Sealed, name: string): Promise<Uint8Array<ArrayBuffer>> {
    const { iv, data } = sealed;
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: encode(name) }, this.key, data));
  }

  seal(value: unknown, name: string): Promise<Sealed> {
    return this.sealBytes(encode(JSON.stringify(value)), name);
  }

  async open<T>(sealed: Sealed, name: string): Promise<T> {
    return JSON.parse(new TextDecoder().decode(await this.openBytes(sealed, name))) as T;
  }
}

/** An officer's boxes on this device, one a subject. */
export class Boxes {
  private readonly made = new Map<string, Promise<Box>>();

  private constructor(private readonly key: CryptoKey) {}

  static async of(key: Uint8Array<ArrayBuffer>): Promise<Boxes> {
    return new Boxes(await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]));
  }

  box(subject: string): Promise<Box> {
    const known = this.made.get(subject);
    if (known) return known;
    const made = crypto.subtle.sign("HMAC", this.key, encode(`subject|${subject}`)).then((key) => Box.of(new Uint8Array(key)));
    this.made.set(subject, made);
    return made;
  }
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;
}
