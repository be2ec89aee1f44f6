import assert from "node:assert/strict";
import { test } from "node:test";
import { attempts, fitted } from "../src/people/shrink";

test("a picture keeps its shape and its longest side is two thousand at most", () => {
  assert.deepEqual(fitted(4000, 3000, 2000), [2000, 1500]);
  assert.deepEqual(fitted(3000, 6000, 2000), [1000, 2000]);
  assert.deepEqual(fitted(800, 600, 2000), [800, 600]);
  assert.deepEqual(fitted(9000, 1, 2000), [2000, 1]);
});

test("quality falls before the picture gets smaller", () => {
  const tried = attempts();
  assert.deepEqual(tried[0], { side: 2000, quality: 0.85 });
  assert.deepEqual(tried.map(({ side }) => side).sort((a, b) => b - a), tried.map(({ side }) => side));
  for (const [one, next] of tried.slice(1).map((next, at) => [tried[at]!, next])) assert.ok(next!.quality < one!.quality || next!.side < one!.side);
});
