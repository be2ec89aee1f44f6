import assert from "node:assert/strict";
import { test } from "node:test";
import { CodeFault } from "../src/core/code";
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
  shown: { about: string; text: string; index: number; generation: number; expiry: number; name: string; moments: { now: number; stranger: Fault | null }[] }[];
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
  keys: { ...p.public_keys, ...d.public_keys }, policy: CAREFUL, latest: 0,
  listOf: (indices, epoch) => lists.find(({ header }) => header.indices === indices && header.epoch === epoch),
});
const told = ({ verdict, reason, colour, detail }: Judgement): string[] => [verdict, reason, colour, detail];
const check = (text: string, lists: Held[], now = NOON, exit = false, temperature: number | null = null): string[] => told(judge(text, door(...lists), now, temperature, exit));
const [phone, sheet] = [d.step_480.text, p.example.text];

test("the list tells the colour, whatever the pass says", () => {
  const green = judge(phone, door(held(1)), NOON, 36.5, false);
  assert.deepEqual([green.name, ...told(green)], ["王*明", "admit", "ok", "green", ""]);
  assert.deepEqual(check(phone, [held(1, { [d.pass.index]: "red" })]), ["deny", "colour", "red", ""]);
  assert.deepEqual(check(phone, [held(1, { [d.pass.index]: "yellow" })]), ["refer", "colour", "yellow", ""]);
  assert.deepEqual(check(phone, [held(1)], NOON, false, 37.3), ["refer", "temperature", "green", ""]);
});

test("a sheet is asked of the list of permanent indices", () => {
  assert.deepEqual(check(sheet, [held(2), held(1, { [p.example.index]: "red" })]), ["admit", "ok", "green", ""]);
  assert.deepEqual(check(sheet, [held(2, { [p.example.index]: "red" })]), ["deny", "colour", "red", ""]);
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

test("an old or foreign code is refused with its reason", () => {
  assert.deepEqual(check(phone, [held(1)], NOON + 120), ["deny", "expired", "grey", "expired_step"]);
  assert.deepEqual(check("https://example.org", [held(1)]), ["deny", "invalid", "grey", "not_ankang"]);
});

test("around four in the morning a sheet is asked of yesterday's list until today's is good", () => {
  const four = NOON - 8 * 3600;
  const lists = [held(2, { [p.example.index]: "red" }, EPOCH - 1, four - 900), held(2, {}, EPOCH, four + 30)];
  assert.deepEqual([-1, 0, 29, 30].map((s) => check(sheet, lists, four + s)[2]), ["red", "red", "red", "green"]);
});

test("one showing is a phone's minute, a sheet's person, and a direction", () => {
  assert.deepEqual(useOf(phone, NOON, false), { key: `d:${EPOCH}:${d.pass.index}:480:entry`, until: NOON + 240 });
  assert.deepEqual(useOf(sheet, NOON, true), { key: `p:${p.example.index}:exit`, until: NOON + 60 });
  assert.equal(judge(phone, door(held(1)), NOON, null, false).use!.key, useOf(phone, NOON + 5, false).key);
});

test("sheets are read, accepted and refused as the vectors say", () => {
  for (const { about, text, moments, index, generation, expiry, name } of p.shown) {
    const code = parsePaper(text);
    assert.deepEqual([code.index, code.generation, code.expiry, code.name], [index, generation, expiry, name], about);
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
