import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode } from "../src/core/base45";
import { fromHex, toHex } from "../src/core/bytes";
import { vectors } from "./vectors";

const { pairs, refused } = vectors<{ pairs: { bytes: string; text: string }[]; refused: string[] }>("base45");

test("bytes and text turn into each other", () => {
  assert.deepEqual(pairs.map(({ bytes }) => encode(fromHex(bytes))), pairs.map(({ text }) => text));
  assert.deepEqual(pairs.map(({ text }) => toHex(decode(text))), pairs.map(({ bytes }) => bytes));
});

test("malformed text is refused", () => {
  for (const text of refused) assert.throws(() => decode(text), RangeError, text);
});
