/** What is done to a picture in which no code was found: mirrored, contrast stretched; and why it may be that none was. Pure: RGBA in and out. */

export interface Frame {
  data: Uint8ClampedArray;
  width: number;
  height: number;
}
export type Unclear = "dark" | "bright" | "unclear";

/** Every how many pixels the brightness is looked at. */
const STRIDE = 7;
/** Shares of pixels that may fall off at either end when the contrast is stretched. */
const TAIL = 0.02;
const DARK = 40;
const BRIGHT = 225;
const FLAT = 60;

const brightness = (data: Uint8ClampedArray, at: number): number => (data[at]! * 77 + data[at + 1]! * 150 + data[at + 2]! * 29) >> 8;

/** Left becomes right, as a front camera or a mirror delivers it. */
export const mirrored = ({ data, width, height }: Frame): Frame => {
  const from = new Uint32Array(data.buffer, data.byteOffset, width * height);
  const to = new Uint32Array(width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) to[y * width + x] = from[(y + 1) * width - 1 - x]!;
  return { data: new Uint8ClampedArray(to.buffer), width, height };
};

/** The brightness below which, and above which, only a few pixels lie. */
export const span = ({ data }: Frame): [low: number, high: number] => {
  const seen = new Uint32Array(256);
  let all = 0;
  for (let at = 0; at < data.length; at += 4 * STRIDE, all++) seen[brightness(data, at)]!++;
  const level = (share: number): number => {
    let [sum, i] = [0, 0];
    while (i < 255 && (sum += seen[i]!) <= share * all) i++;
    return i;
  };
  return [level(TAIL), level(1 - TAIL)];
};

/** Grey, and from the darkest to the brightest: a screen behind a visor, a sheet in the dusk. */
export const stretched = (frame: Frame): Frame => {
  const [low, high] = span(frame);
  const scale = 255 / Math.max(1, high - low);
  const data = new Uint8ClampedArray(frame.data.length);
  for (let at = 0; at < data.length; at += 4) {
    data[at] = data[at + 1] = data[at + 2] = (brightness(frame.data, at) - low) * scale;
    data[at + 3] = 255;
  }
  return { ...frame, data };
};

/** Why nobody could read this picture; undefined when it is good enough and simply holds no code. */
export const whyUnclear = (frame: Frame): Unclear | undefined => {
  const [low, high] = span(frame);
  if (high < DARK) return "dark";
  if (low > BRIGHT) return "bright";
  return high - low < FLAT ? "unclear" : undefined;
};

/** One after the other, a picture each, so that no frame costs much: as it is comes first, always. */
export const VARIANTS: readonly ((frame: Frame) => Frame)[] = [stretched, mirrored, (frame) => mirrored(stretched(frame))];
