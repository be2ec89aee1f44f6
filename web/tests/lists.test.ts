import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, toHex } from "../src/core/bytes";
import { ListFault, readRun } from "../src/core/golomb";
import { COLOURS, changedBy, digestOf, unpack, unseal } from "../src/core/list-file";
import type { Entries, ListHeader } from "../src/core/list-file";
import { askList, isWhole, markOf, takeDelta, takeList } from "../src/core/lists";
import type { Held, Mark } from "../src/core/lists";
import { vectors } from "./vectors";

interface Published {
  data: string;
  header: Record<string, number | string>;
  entries?: Record<string, number[]>;
  changes?: Record<string, number[]>;
}
interface Numbered {
  data: string;
  header: Record<string, number | string>;
  entries?: [number, number][];
  changes?: [number, number][];
}
interface Vectors {
  withdrawals: ({ indices: number; refused: Vectors["refused"] } & Record<"list_1" | "list_2" | "delta", Numbered>)[];
  keys: Record<number, string>;
  terms: { issuer: number; epoch: number; indices: number };
  list_1: Published;
  list_2: Published;
  delta: Published;
  runs: { size: number; positions: number[]; run: string }[];
  look_ups: { held: "list_1" | "list_2"; now: number; index: number; colour?: string; fault?: string }[];
  refused: { about: string; held: "list_1" | "list_2" | null; data: string; detail: string }[];
}
const v = vectors<Vectors>("list");
const terms = { ...v.terms, keys: v.keys };
const bytes = (name: "list_1" | "list_2" | "delta"): Uint8Array => fromHex(v[name].data);
const held = (name: "list_1" | "list_2"): Held => takeList(bytes(name), terms);

const fault = (attempt: () => unknown): string => {
  try {
    attempt();
    return "";
  } catch (found) {
    if (found instanceof ListFault) return found.detail;
    throw found;
  }
};
const listed = ({ positions, colours }: Entries): Record<string, number[]> => {
  const found: Record<string, number[]> = {};
  positions.forEach((index, i) => (found[COLOURS[colours[i]!]!] ??= []).push(index));
  return found;
};
const facts = (h: ListHeader): Record<string, number | string> => ({
  kind: h.baseSequence ? "delta" : "list", kid: h.kid, indices: h.indices, issuer: h.issuer, epoch: h.epoch, sequence: h.sequence, not_before: h.notBefore,
  next_update: h.nextUpdate, size: h.space, count: h.count, digest: h.digest,
  ...(h.baseSequence ? { base_sequence: h.baseSequence, base_digest: h.baseDigest } : {}),
});

test("a run is read as it was written, and reading ends where it ends", () => {
  for (const { size, positions, run } of v.runs) {
    const place = { at: 0 };
    assert.deepEqual([...readRun(fromHex(run + "ff"), place, size)], positions);
    assert.equal(place.at, run.length / 2);
  }
});

test("lists and deltas say what the vectors say", () => {
  for (const name of ["list_1", "delta", "list_2"] as const) {
    const { header, content } = unseal(bytes(name), v.keys);
    assert.deepEqual(facts(header), v[name].header);
    assert.deepEqual(listed(content), v[name].entries ?? v[name].changes);
  }
});

test("a list and its delta hold what the next list holds", () => {
  const led = takeDelta(held("list_1"), bytes("delta"), terms);
  assert.deepEqual(led, held("list_2"));
});

test("look-ups give the colours and faults of the vectors", () => {
  for (const { held: name, now, index, colour, fault: wanted } of v.look_ups) {
    let found: string | undefined;
    const detail = fault(() => (found = COLOURS[askList(held(name), index, now)]));
    assert.deepEqual([found, detail], [colour, wanted ?? ""], `${name} ${index} at ${now}`);
  }
});

test("every file that a scanner must refuse is refused for the reason of the vectors", () => {
  for (const { about, held: name, data, detail } of v.refused) {
    const file = fromHex(data);
    const offered = file[3] === 0x32 && name ? () => takeDelta(held(name), file, terms) : () => takeList(file, terms, name ? markOf(held(name)) : undefined);
    assert.equal(fault(offered), detail, about);
  }
});

test("withdrawals are read, led on by their delta, and refused as the vectors say", () => {
  const numbers = ({ positions, colours }: Entries): [number, number][] => [...positions].map((index, i) => [index, colours[i]!]);
  for (const w of v.withdrawals) {
    const mine = { ...terms, indices: w.indices };
    const taken = { list_1: takeList(fromHex(w.list_1.data), mine), list_2: takeList(fromHex(w.list_2.data), mine) };
    for (const name of ["list_1", "list_2", "delta"] as const) {
      const { header, content } = unseal(fromHex(w[name].data), v.keys);
      assert.deepEqual(facts(header), w[name].header);
      assert.deepEqual(numbers(content), w[name].entries ?? w[name].changes);
    }
    assert.deepEqual(takeDelta(taken.list_1, fromHex(w.delta.data), mine), taken.list_2);
    for (const [index, number] of w.list_2.entries!) assert.equal(askList(taken.list_2, index, taken.list_2.header.notBefore), number);
    assert.equal(askList(taken.list_2, 3, taken.list_2.header.notBefore), 0);
    assert.equal(isWhole(taken.list_2), true);
    for (const { about, held: name, data, detail } of w.refused) {
      const file = fromHex(data);
      const offered = file[3] === 0x32 && name ? () => takeDelta(taken[name], file, mine) : () => takeList(file, mine, name ? markOf(taken[name]) : undefined);
      assert.equal(fault(offered), detail, about);
    }
  }
});

test("an older list is refused also by a scanner that has nothing left but the mark", () => {
  const mark: Mark = markOf(held("list_2"));
  assert.equal(fault(() => takeList(bytes("list_1"), terms, mark)), "rollback");
  assert.equal(fault(() => takeList(bytes("list_2"), terms, mark)), "");
  assert.equal(fault(() => takeList(bytes("list_1"), terms, { ...mark, epoch: mark.epoch - 1 })), "");
});

test("what was kept on the device is used only while it is whole", () => {
  const kept = held("list_1");
  const { positions, colours } = kept.content;
  assert.equal(isWhole(kept), true);
  assert.equal(isWhole({ ...kept, content: { positions: positions.slice(0, -1), colours: colours.slice(0, -1) } }), false);
  assert.equal(isWhole({ ...kept, content: { positions, colours: colours.map(() => 2) } }), false);
  assert.equal(isWhole({ ...kept, content: {} as Entries }), false);
});

test("no cut of a list is ever taken", () => {
  const whole = bytes("list_1");
  for (let length = 0; length < whole.length; length++) assert.notEqual(fault(() => takeList(whole.subarray(0, length), terms)), "");
});

/** As an issuer writes a run, to have one of a province's size. */
const writeRun = (positions: number[], space: number): number[] => {
  const m = Math.max(1, Math.floor(((space - positions.length) * 45426) / (positions.length * 65536)));
  const b = 31 - Math.clz32(m);
  const u = 2 ** (b + 1) - m;
  const [unary, fixed, more]: number[][] = [[], [], []];
  let last = -1;
  for (const x of positions) {
    const gap = x - last - 1;
    const r = gap % m;
    last = x;
    for (let q = Math.floor(gap / m); q; q--) unary!.push(0);
    unary!.push(1);
    const top = r < u ? r : (r + u) >> 1;
    for (let k = b - 1; k >= 0; k--) fixed!.push((top >> k) & 1);
    if (r >= u) more!.push((r + u) & 1);
  }
  const pack = (bits: number[]): number[] => {
    const out = Array<number>(Math.ceil(bits.length / 8)).fill(0);
    bits.forEach((bit, i) => (out[i >> 3]! |= bit << (7 - (i & 7))));
    return out;
  };
  const four = (n: number): number[] => [n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255];
  const coded = pack(unary!);
  return [...four(positions.length), ...four(m), ...four(coded.length)].concat(coded, pack(fixed!), pack(more!));
};

test("a province's list is read and looked up within what a cheap phone has", () => {
  const [space, wanted] = [60_948_480, 600_000];
  const positions = Array.from({ length: wanted }, (_, i) => i * 101 + ((i * 7919) % 101));
  const run = Uint8Array.from(writeRun(positions, space));
  const before = process.memoryUsage().arrayBuffers;
  const began = performance.now();
  const found = readRun(run, { at: 0 }, space);
  const decoded = performance.now();
  const content = { positions: found, colours: new Uint8Array(wanted).fill(2) };
  const header = { ...unpack(bytes("list_1")), space, count: wanted };
  digestOf(content, header);
  const digested = performance.now();
  const later = changedBy(content, { positions: Uint32Array.of(positions[5]!, space - 1), colours: Uint8Array.of(1, 3) });
  const changed = performance.now();
  const size = content.positions.byteLength + content.colours.byteLength;
  console.log(
    `600,000 entries: ${run.length} bytes, decoded in ${(decoded - began).toFixed(0)} ms, digest ${(digested - decoded).toFixed(0)} ms, `
      + `delta applied in ${(changed - digested).toFixed(0)} ms; held ${(size / 1e6).toFixed(1)} MB, buffers grew by ${((process.memoryUsage().arrayBuffers - before) / 1e6).toFixed(1)} MB`,
  );
  assert.deepEqual([...found], positions);
  assert.equal(later.positions.length, wanted);
  assert.ok(size < 10e6);
  assert.equal(toHex(Uint8Array.from(later.colours.slice(-1))), "03");
});
