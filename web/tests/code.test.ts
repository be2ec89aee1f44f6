import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, toHex } from "../src/core/bytes";
import { CodeFault, parse, readPass, show } from "../src/core/code";
import { CAREFUL, decide, policyOf, refuse } from "../src/core/offline";
import type { Policy } from "../src/core/offline";
import { vectors } from "./vectors";

interface Fault {
  reason: string;
  detail: string;
}
interface Vectors {
  public_keys: Record<string, string>;
  pass: { kid: number; index: number; issued_at: number; colour: string; name: string; header: string; signature: string; bytes?: string; gate_key: string };
  step_480: { step: number; preimage: string; text: string };
  shown: { about: string; text: string; moments: { now: number; stranger: Fault | null }[] }[];
  refused: ({ about: string; text: string } & Fault)[];
}
const d = vectors<Vectors>("code-d");
const passBytes = fromHex(d.pass.header + d.pass.signature);

test("a pass is read as it was signed", () => {
  const { kid, index, issuedAt, colour, name, header, signature } = readPass(passBytes);
  assert.deepEqual(
    { kid, index, issued_at: issuedAt, colour, name, header: toHex(header), signature: toHex(signature) },
    {
      kid: d.pass.kid, index: d.pass.index, issued_at: d.pass.issued_at, colour: d.pass.colour, name: d.pass.name, header: d.pass.header,
      signature: d.pass.signature,
    },
  );
});

test("the phone shows the text of the vector", () => {
  const { step, preimage, text } = d.step_480;
  assert.equal(show(passBytes, fromHex(d.pass.gate_key), step, fromHex(preimage)), text);
});

test("a stranger accepts and refuses what the gate's own checker does, for the same reason", () => {
  for (const { about, text, moments } of d.shown)
    for (const { now, stranger } of moments) assert.deepEqual(refuse(parse(text), d.public_keys, now) ?? null, stranger, `${about} at ${now}`);
});

test("a text that is no code is refused with the gate's detail", () => {
  const details = d.refused.map(({ about, text }) => {
    try {
      parse(text);
      return [about, "accepted"];
    } catch (fault) {
      return [about, (fault as CodeFault).detail];
    }
  });
  assert.deepEqual(details, d.refused.map(({ about, detail }) => [about, detail]));
});

test("the place's policy decides; whoever leaves is admitted; fever never admits", () => {
  const school = policyOf({ green: "admit", yellow: "deny", red: "deny", grey: "refer" }, 37.3);
  assert.deepEqual(decide(school, "yellow", null, false), { verdict: "deny", reason: "colour" });
  assert.deepEqual(decide(school, "yellow", 38, false), { verdict: "deny", reason: "colour" });
  assert.deepEqual(decide(school, "grey", null, false), { verdict: "refer", reason: "colour" });
  assert.deepEqual(decide(school, "green", 38, false), { verdict: "refer", reason: "temperature" });
  assert.deepEqual(decide(school, "red", 38, true), { verdict: "admit", reason: "ok" });
  const tested = { ...CAREFUL, normal: { ...CAREFUL.normal, green: ["refer", "test"] } } satisfies Policy as Policy;
  assert.deepEqual(decide(tested, "green", null, false), { verdict: "refer", reason: "test" });
});
