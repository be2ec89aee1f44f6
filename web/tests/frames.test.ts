import assert from "node:assert/strict";
import { test } from "node:test";
import { generate } from "lean-qr";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { VARIANTS, mirrored, span, stretched, whyUnclear } from "../src/scanner/frames";
import type { Frame } from "../src/scanner/frames";

const TEXT = "AK1:X62PD2--A-0CJEVQ90./O*WUD2QBQQM0210DOG3";
const SIDE = 300;
prepareZXingModule({ overrides: { wasmBinary: readFileSync(join(process.env["VECTORS"]!, "../../web/node_modules/zxing-wasm/dist/reader/zxing_reader.wasm")).buffer as ArrayBuffer } });

/** A picture of the code in two greys, as a camera would deliver it. */
const picture = (dark: number, light: number): Frame => {
  const code = generate(TEXT);
  const module = Math.floor(SIDE / (code.size + 8));
  const data = new Uint8ClampedArray(SIDE * SIDE * 4);
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      const value = code.get(Math.floor(x / module) - 4, Math.floor(y / module) - 4) ? dark : light;
      data.set([value, value, value, 255], (y * SIDE + x) * 4);
    }
  return { data, width: SIDE, height: SIDE };
};
const read = async (frame: Frame): Promise<string | undefined> =>
  (await readBarcodes(frame as ImageData, { formats: ["QRCode"], tryHarder: true, tryInvert: true }))[0]?.text;
const readInSomeWay = async (frame: Frame): Promise<string | undefined> => {
  for (const variant of [(same: Frame) => same, ...VARIANTS]) {
    const text = await read(variant(frame));
    if (text) return text;
  }
  return undefined;
};

test("a picture mirrored twice is the picture, once it is not", () => {
  const frame = picture(0, 255);
  assert.notDeepEqual(mirrored(frame), frame);
  assert.deepEqual(mirrored(mirrored(frame)), frame);
});

test("a stretched picture goes from the darkest to the brightest", () => {
  assert.deepEqual(span(picture(10, 30)), [10, 30]);
  assert.deepEqual(span(stretched(picture(10, 30))), [0, 255]);
});

test("codes are read in clear, dark, pale, inverted and mirrored pictures", async () => {
  for (const [dark, light] of [[0, 255], [4, 16], [230, 250], [200, 40], [12, 20]] as const) {
    assert.equal(await readInSomeWay(picture(dark, light)), TEXT, `${dark} on ${light}`);
    assert.equal(await readInSomeWay(mirrored(picture(dark, light))), TEXT, `${dark} on ${light}, mirrored`);
  }
});

test("why a picture cannot be read is said in the right words", () => {
  assert.deepEqual([picture(2, 20), picture(235, 255), picture(100, 130), picture(0, 255)].map(whyUnclear), ["dark", "bright", "unclear", undefined]);
});
