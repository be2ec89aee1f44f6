/** Reading QR codes from the camera or from a picture, with zxing compiled to WebAssembly and served by ourselves. */
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

declare const WASM: string;
const FRAME = 720;
const BETWEEN = 110;

prepareZXingModule({ overrides: { locateFile: () => WASM } });

export type CameraTrouble = "camera_refused" | "camera_missing" | "camera_insecure";

const canvas = document.createElement("canvas");
const context = canvas.getContext("2d", { willReadFrequently: true })!;

/** Inverted (dark) and mirrored codes are read too. */
const read = async (width: number, height: number): Promise<string | undefined> => {
  const found = await readBarcodes(context.getImageData(0, 0, width, height), {
    formats: ["QRCode"], tryHarder: true, tryRotate: true, tryInvert: true, tryDownscale: true, maxNumberOfSymbols: 1,
  });
  return found.find(({ isValid }) => isValid)?.text;
};

export const readPicture = async (picture: Blob): Promise<string | undefined> => {
  const image = await createImageBitmap(picture);
  for (const longest of [1000, 1800]) {
    const scale = Math.min(1, longest / Math.max(image.width, image.height));
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const text = await read(canvas.width, canvas.height);
    if (text) return text;
  }
  return undefined;
};

/** The middle square of the picture, as the frame on the screen shows it. */
const readFrame = (video: HTMLVideoElement): Promise<string | undefined> => {
  const { videoWidth: w, videoHeight: h } = video;
  const side = Math.min(w, h);
  const size = Math.min(side, FRAME);
  canvas.width = canvas.height = size;
  context.drawImage(video, (w - side) / 2, (h - side) / 2, side, side, 0, 0, size, size);
  return read(size, size);
};

const look = async (video: HTMLVideoElement, seen: (text: string) => void): Promise<void> => {
  const track = (video.srcObject as MediaStream | null)?.getVideoTracks()[0];
  if (track?.readyState !== "live") return;
  if (!document.hidden && video.readyState >= 2 && video.videoWidth) {
    const text = await readFrame(video).catch(() => undefined);
    if (text) seen(text);
  }
  setTimeout(() => void look(video, seen), BETWEEN);
};

/** Starts the camera; `seen` is called for every frame with a readable code. */
export const startCamera = async (video: HTMLVideoElement, seen: (text: string) => void): Promise<CameraTrouble | undefined> => {
  if (!navigator.mediaDevices) return "camera_insecure";
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({
      audio: false, video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 960 } },
    });
    await video.play();
  } catch (trouble) {
    return (trouble as DOMException).name === "NotAllowedError" ? "camera_refused" : "camera_missing";
  }
  void look(video, seen);
  return undefined;
};

interface Torch {
  torch?: boolean;
}
const trackOf = (video: HTMLVideoElement): MediaStreamTrack | undefined => (video.srcObject as MediaStream | null)?.getVideoTracks()[0];

export const hasTorch = (video: HTMLVideoElement): boolean => !!(trackOf(video)?.getCapabilities?.() as Torch | undefined)?.torch;

export const setTorch = (video: HTMLVideoElement, on: boolean): void =>
  void trackOf(video)?.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] });
