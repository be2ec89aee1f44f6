/** Draws a QR code, one canvas pixel a module; the style sheet enlarges it with sharp edges. */
import { generate, mode } from "lean-qr";

export const drawQr = (canvas: HTMLCanvasElement, text: string, alphanumeric = false): void =>
  generate(alphanumeric ? mode.alphaNumeric(text) : text, alphanumeric ? { minVersion: 8, maxVersion: 8 } : {}).toCanvas(canvas, {
    off: [255, 255, 255, 255],
    pad: 4,
  });
