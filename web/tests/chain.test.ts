import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, toHex } from "../src/core/bytes";
import { anchorOf, linkAtStep, milestones, reveals, walk } from "../src/core/chain";
import { digest, mac } from "../src/core/sm3";
import { vectors } from "./vectors";

interface Hashes {
  sm3: { message: string; digest: string }[];
  hmac: { key: string; message: string; tag: string }[];
}
const { chains } = vectors<{ chains: { seed: string; links: Record<string, string> }[] }>("chain");
const hashes = vectors<Hashes>("hmac-sm3");
const atOnce = (): Promise<void> => Promise.resolve();

test("SM3 gives the published digests", () => {
  assert.deepEqual(hashes.sm3.map(({ message }) => toHex(digest(fromHex(message)))), hashes.sm3.map((one) => one.digest));
});

test("HMAC-SM3 gives the published tags", () => {
  const found = hashes.hmac.map(({ key, message, tag }) => toHex(mac(fromHex(key), fromHex(message))).slice(0, tag.length));
  assert.deepEqual(found, hashes.hmac.map(({ tag }) => tag));
});

test("each link follows from the seed", () => {
  for (const { seed, links } of chains)
    for (const [k, link] of Object.entries(links)) assert.equal(toHex(walk(fromHex(seed), Number(k))), link);
});

test("the stored milestones give every link", async () => {
  const { seed, links } = chains[0]!;
  const stones = await milestones(fromHex(seed), atOnce);
  assert.equal(stones.length, 25);
  assert.equal(toHex(anchorOf(stones)), links["1440"]);
  for (const k of [1, 2, 3, 720, 1438, 1439, 1440]) assert.equal(toHex(linkAtStep(stones, 1440 - k)), links[k]);
});

test("a shown link reveals itself at its own step and at no other", () => {
  const { links } = chains[0]!;
  const anchor = fromHex(links["1440"]!);
  assert.deepEqual([719, 720, 721, 1440 + 720].map((step) => reveals(fromHex(links["720"]!), step, anchor)), [false, true, false, false]);
});
