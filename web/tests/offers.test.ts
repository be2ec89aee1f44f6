import assert from "node:assert/strict";
import { test } from "node:test";
import { wayTo } from "../src/core/offers";
import type { Delta, Offer } from "../src/core/offers";

const delta = (from: number, bytes = 190): Delta => ({ from, to: from + 1, file: `${from}-${from + 1}.akd`, bytes });
const offer = (list: number, bytes: number, ...from: number[]): Offer => ({
  issuer: 340000, epoch: 20779, kind: 3, sequence: 12, list: { sequence: list, file: `${list}.akl`, bytes }, deltas: from.map((one) => delta(one)),
});
const chosen = (of: Offer, held: number): string => {
  const way = wayTo(of, held);
  return way ? [...(way.list ? ["list"] : []), ...way.deltas.map(({ from }) => String(from))].join(" ") : "none";
};

test("a scanner goes the lighter way to the newest list", () => {
  assert.equal(chosen(offer(10, 5000, 10, 11), 10), "10 11");
  assert.equal(chosen(offer(12, 100), 10), "list");
  assert.equal(chosen(offer(12, 100, 10, 11), 10), "list");
  assert.equal(chosen(offer(11, 5000, 10, 11), 0), "list 11");
});

test("a whole list that does not lead to the newest is no way, however light it is", () => {
  assert.equal(chosen(offer(1, 142, 10, 11), 10), "10 11");
  assert.equal(chosen(offer(1, 142, 11), 10), "none");
  assert.equal(chosen(offer(1, 142, 11), 0), "none");
});

test("deltas that lead nowhere, or in a circle, are no way", () => {
  const circle = { ...offer(1, 142), deltas: [{ ...delta(10), to: 9 }, { ...delta(9), to: 10 }] };
  assert.equal(chosen(circle, 10), "none");
  assert.equal(chosen(offer(12, 142, 10), 10), "list");
});
