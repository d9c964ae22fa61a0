/** What the gun's answer sounds like: told apart with the eyes on the shelf. */

export type Sound = "known" | "unknown" | "misread" | "repeated";

interface Note {
  frequency: number;
  at: number;
  length: number;
  shape: OscillatorType;
}

const SOUNDS: Record<Sound, Note[]> = {
  known: [{ frequency: 1320, at: 0, length: 0.07, shape: "sine" }],
  repeated: [
    { frequency: 1320, at: 0, length: 0.04, shape: "sine" },
    { frequency: 1760, at: 0.05, length: 0.05, shape: "sine" },
  ],
  unknown: [
    { frequency: 620, at: 0, length: 0.1, shape: "triangle" },
    { frequency: 440, at: 0.11, length: 0.14, shape: "triangle" },
  ],
  misread: [{ frequency: 170, at: 0, length: 0.28, shape: "square" }],
};

let context: AudioContext | null = null;
const QUIET = "fieldkit.quiet";

/** Browsers let a page sound only after somebody touched it: call this from the first key or pointer. */
export function wakeSounds(): void {
  try {
    context ??= new AudioContext();
    if (context.state === "suspended") void context.resume();
  } catch {
    context = null;
  }
}

export function isQuiet(): boolean {
  return localStorage.getItem(QUIET) === "1";
}

export function setQuiet(quiet: boolean): void {
  localStorage.setItem(QUIET, quiet ? "1" : "0");
}

export function play(sound: Sound): void {
  if (!context || context.state !== "running" || isQuiet()) return;
  for (const note of SOUNDS[sound]) {
    const start = context.currentTime + note.at;
    const oscillator = context.createOscillator();
    const gain = context.createGain();
    oscillator.type = note.shape;
    oscillator.frequency.value = note.frequency;
    gain.gain.setValueAtTime(0.0001, start);
    gain.gain.exponentialRampToValueAtTime(note.shape === "square" ? 0.12 : 0.3, start + 0.008);
    gain.gain.exponentialRampToValueAtTime(0.0001, start + note.length);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(start);
    oscillator.stop(start + note.length + 0.02);
  }
}
