import assert from "node:assert/strict";
import { test } from "node:test";
import { CodeFault } from "../src/core/code";
import { fromHex } from "../src/core/bytes";
import { unpack } from "../src/core/list-file";
import { takeList } from "../src/core/lists";
import { CAREFUL, judge, useOf } from "../src/core/offline";
import type { Judgement, Knowledge } from "../src/core/offline";
import type { Held } from "../src/core/lists";
import { parsePaper, refusePaper } from "../src/core/paper";
import { vectors } from "./vectors";

interface Fault {
  reason: string;
  detail: string;
}
interface Paper {
  public_keys: Record<string, string>;
  example: { index: number; text: string };
  shown: { about: string; text: string; index: number; generation: number; expiry: number; name: string; issued_at: number | null; moments: { now: number; stranger: Fault | null }[] }[];
  refused: ({ about: string; text: string } & Fault)[];
}
const d = vectors<{ public_keys: Record<string, string>; step_480: { text: string }; pass: { index: number } }>("code-d");
const p = vectors<Paper>("code-p");
const NOON = 1595304000;
const EPOCH = 18464;
const NUMBERS = { grey: 0, yellow: 2, red: 3 };

const held = (indices: number, listed: Record<number, keyof typeof NUMBERS> = {}, epoch = EPOCH, notBefore = NOON - 600): Held => {
  const positions = Uint32Array.from(Object.keys(listed), Number);
  return {
    header: {
      kid: 1, indices, issuer: 340000, epoch, sequence: 1, notBefore, nextUpdate: notBefore + 1800, space: 2 ** 30, count: positions.length, digest: "",
      baseSequence: 0, baseDigest: "",
    },
    content: { positions, colours: Uint8Array.from(Object.values(listed), (colour) => NUMBERS[colour]) },
  };
};
const door = (...lists: Held[]): Knowledge => ({
  keys: { ...p.public_keys, ...d.public_keys }, policy: CAREFUL, latest: 0, limit: Infinity, strict: false,
  listOf: (indices, epoch) => lists.find(({ header }) => header.indices === indices && header.epoch === epoch),
});
const told = ({ verdict, reason, colour, detail }: Judgement): string[] => [verdict, reason, colour, detail];
const check = (text: string, lists: Held[], now = NOON, exit = false, temperature: number | null = null): string[] => told(judge(text, door(...lists), now, temperature, exit));
const [phone, sheet] = [d.step_480.text, p.example.text];

interface Cases {
  keys: Record<string, string>;
  files: Record<string, string>;
  doors: Record<string, { lists: string[]; limit: number | null; strict: boolean }>;
  cases: { about: string; door: string; text: string; now: number; exit: boolean; temperature: number | null; verdict: string; reason: string; colour: string; name: string; detail: string }[];
}
const o = vectors<Cases>("offline");

const takenFrom = new Map(Object.entries(o.files).map(([file, hex]) => {
  const data = fromHex(hex);
  const { issuer, epoch, indices } = unpack(data);
  return [file, takeList(data, { issuer, epoch, indices, keys: o.keys })];
}));
const doorOf = (name: string): Knowledge => {
  const { lists, limit, strict } = o.doors[name]!;
  const taken = lists.map((file) => takenFrom.get(file)!);
  return { ...door(...taken), keys: o.keys, limit: limit ?? Infinity, strict };
};

test("a door answers what the vectors say", () => {
  for (const { about, door: name, text, now, exit, temperature, ...wanted } of o.cases) {
    const found = judge(text, doorOf(name), now, temperature, exit);
    assert.deepEqual([about, found.verdict, found.reason, found.colour, found.name, found.detail], [about, wanted.verdict, wanted.reason, wanted.colour, wanted.name, wanted.detail]);
  }
});

test("a showing that was judged has its use, so that a recording admits once", () => {
  for (const { door: name, text, now, exit, verdict } of o.cases) if (verdict === "admit") assert.deepEqual(judge(text, doorOf(name), now, null, exit).use, useOf(text, now, exit));
});

test("what cannot be verified is for the staff, and whoever leaves may leave", () => {
  const cases: [Held[], number, string][] = [[[], NOON, "no_list"], [[held(1)], NOON + 59, ""], [[held(1, {}, EPOCH, NOON + 60)], NOON, "not_yet_valid"], [[held(1, {}, EPOCH, NOON - 1800)], NOON, "too_old"]];
  for (const [lists, now, detail] of cases) {
    assert.deepEqual(check(phone, lists, now), detail ? ["refer", "stale", "grey", detail] : ["admit", "ok", "green", ""]);
    assert.deepEqual(check(phone, lists, now, true), ["admit", "ok", detail ? "grey" : "green", detail]);
  }
  assert.deepEqual(told(judge(phone, { ...door(held(1)), keys: {} }, NOON, null, false)), ["refer", "stale", "grey", "unknown_key"]);
  assert.deepEqual(told(judge(phone, { ...door(held(1)), latest: NOON + 61 }, NOON, null, false)), ["refer", "stale", "grey", "clock_set_back"]);
  assert.deepEqual(told(judge(phone, { ...door(held(1)), latest: NOON + 60 }, NOON, null, false)), ["admit", "ok", "green", ""]);
});

test("one showing is a phone's minute, a sheet's person, and a direction", () => {
  assert.deepEqual(useOf(phone, NOON, false), { key: `d:${EPOCH}:${d.pass.index}:480:entry`, until: NOON + 240 });
  assert.deepEqual(useOf(sheet, NOON, true), { key: `p:${p.example.index}:exit`, until: NOON + 60 });
  assert.equal(judge(phone, door(held(1)), NOON, null, false).use!.key, useOf(phone, NOON + 5, false).key);
});

test("sheets are read, accepted and refused as the vectors say", () => {
  for (const { about, text, moments, index, generation, expiry, name, issued_at } of p.shown) {
    const code = parsePaper(text);
    assert.deepEqual([code.index, code.generation, code.expiry, code.name, code.issuedAt ?? null], [index, generation, expiry, name, issued_at], about);
    for (const { now, stranger } of moments) assert.deepEqual(refusePaper(code, p.public_keys, now) ?? null, stranger, `${about} at ${now}`);
  }
  for (const { about, text, detail } of p.refused) {
    let found = "accepted";
    try {
      parsePaper(text);
    } catch (fault) {
      found = (fault as CodeFault).detail;
    }
    assert.equal(found, detail, about);
  }
});
