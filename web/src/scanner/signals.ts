/** Sound and vibration: another one for each verdict, so that the door need not look. */
import type { Verdict } from "../core/offline";

type Note = [pitch: number, from: number, length: number];
const TUNES: Record<Verdict, { wave: OscillatorType; notes: Note[]; shake: number[] }> = {
  admit: { wave: "sine", notes: [[880, 0, 0.12], [1320, 0.12, 0.22]], shake: [90] },
  deny: { wave: "square", notes: [[196, 0, 0.22], [196, 0.3, 0.22], [196, 0.6, 0.35]], shake: [300, 100, 300, 100, 300] },
  refer: { wave: "triangle", notes: [[523, 0, 0.18], [523, 0.3, 0.18]], shake: [150, 120, 150] },
};

let audio: AudioContext | undefined;

/** Browsers let a page sound only after a touch: call this from one. */
export const unlock = (): void => {
  audio ??= typeof AudioContext === "undefined" ? undefined : new AudioContext();
  void audio?.resume();
};

const play = (wave: OscillatorType, [pitch, from, length]: Note): void => {
  const tone = audio!.createOscillator();
  const volume = audio!.createGain();
  const start = audio!.currentTime + from;
  tone.type = wave;
  tone.frequency.value = pitch;
  volume.gain.setValueAtTime(wave === "square" ? 0.25 : 0.6, start);
  volume.gain.exponentialRampToValueAtTime(0.001, start + length);
  tone.connect(volume).connect(audio!.destination);
  tone.start(start);
  tone.stop(start + length);
};

export const signal = (verdict: Verdict): void => {
  const { wave, notes, shake } = TUNES[verdict];
  if (audio?.state === "running") for (const note of notes) play(wave, note);
  navigator.vibrate?.(shake);
};
