/** Reading QR codes from the camera or from a picture, with zxing compiled to WebAssembly and served by ourselves. */
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import { VARIANTS, whyUnclear } from "./frames";
import type { Frame, Unclear } from "./frames";

declare const WASM: string;
const FRAME = 720;
const BETWEEN = 110;

prepareZXingModule({ overrides: { locateFile: () => WASM } });

export type CameraTrouble = "camera_refused" | "camera_missing" | "camera_insecure";

const canvas = document.createElement("canvas");
const context = canvas.getContext("2d", { willReadFrequently: true })!;

/** A code that was read; or why none could be, undefined when there simply is none. */
interface Reading {
  text?: string;
  unclear?: Unclear | undefined;
}

const decode = async (frame: Frame): Promise<Reading> => {
  const found = await readBarcodes(frame as ImageData, {
    formats: ["QRCode"], tryHarder: true, tryRotate: true, tryInvert: true, tryDownscale: true, maxNumberOfSymbols: 1, returnErrors: true,
  });
  const text = found.find(({ isValid }) => isValid)?.text;
  return text ? { text } : found.length ? { unclear: "unclear" } : {};
};

let turn = 0;

/** As it is, and when that fails once more in one of the other ways, each frame in another; `all`: in every way. */
const read = async (width: number, height: number, all = false): Promise<Reading> => {
  const frame = context.getImageData(0, 0, width, height);
  let found = await decode(frame);
  for (let tries = all ? VARIANTS.length : 1; tries && !found.text; tries--) {
    const other = await decode(VARIANTS[turn++ % VARIANTS.length]!(frame));
    found = other.text ? other : { unclear: found.unclear ?? other.unclear };
  }
  return found.text ? found : { unclear: found.unclear ?? whyUnclear(frame) };
};

export const readPicture = async (picture: Blob): Promise<string | undefined> => {
  const image = await createImageBitmap(picture);
  for (const longest of [1000, 1800]) {
    const scale = Math.min(1, longest / Math.max(image.width, image.height));
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const { text } = await read(canvas.width, canvas.height, true);
    if (text) return text;
  }
  return undefined;
};

/** The middle square of the picture, as the frame on the screen shows it. */
const readFrame = (video: HTMLVideoElement): Promise<Reading> => {
  const { videoWidth: w, videoHeight: h } = video;
  const side = Math.min(w, h);
  const size = Math.min(side, FRAME);
  canvas.width = canvas.height = size;
  context.drawImage(video, (w - side) / 2, (h - side) / 2, side, side, 0, 0, size, size);
  return read(size, size);
};

type Seen = (text: string) => void;
/** Called when the camera has seen nothing clear for a while, and with undefined when it has again. */
type Hint = (unclear: Unclear | undefined) => void;

/** So many frames in a row must be unclear before we say so. */
const PATIENCE = 12;

const look = async (video: HTMLVideoElement, seen: Seen, hint: Hint, unclear = 0): Promise<void> => {
  const track = (video.srcObject as MediaStream | null)?.getVideoTracks()[0];
  if (track?.readyState !== "live") return;
  if (!document.hidden && video.readyState >= 2 && video.videoWidth) {
    const reading = await readFrame(video).catch((): Reading => ({}));
    unclear = reading.unclear ? unclear + 1 : 0;
    if (!unclear || unclear >= PATIENCE) hint(reading.unclear);
    if (reading.text) seen(reading.text);
  }
  setTimeout(() => void look(video, seen, hint, unclear), BETWEEN);
};

/** Starts the camera; `seen` is called for every frame with a readable code. */
export const startCamera = async (video: HTMLVideoElement, seen: Seen, hint: Hint): Promise<CameraTrouble | undefined> => {
  if (!navigator.mediaDevices) return "camera_insecure";
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({
      audio: false, video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 960 } },
    });
    await video.play();
  } catch (trouble) {
    return (trouble as DOMException).name === "NotAllowedError" ? "camera_refused" : "camera_missing";
  }
  void look(video, seen, hint);
  return undefined;
};

interface Torch {
  torch?: boolean;
}
const trackOf = (video: HTMLVideoElement): MediaStreamTrack | undefined => (video.srcObject as MediaStream | null)?.getVideoTracks()[0];

export const hasTorch = (video: HTMLVideoElement): boolean => !!(trackOf(video)?.getCapabilities?.() as Torch | undefined)?.torch;

export const setTorch = (video: HTMLVideoElement, on: boolean): void =>
  void trackOf(video)?.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] });
