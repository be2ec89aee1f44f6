import assert from "node:assert/strict";
import { test } from "node:test";
import { sm2 } from "sm-crypto-v2";
import { fromHex, toHex } from "../src/core/bytes";
import { isSigned } from "../src/core/sm2";
import { isFor, newKey, publicBytes, shown } from "../src/ride/code";
import { vectors } from "./vectors";

interface Vectors {
  private_keys: Record<string, [secret: string, point: string]>;
  authorities: Record<string, string>;
  example: { certificate: string; public: string; authorisation: string; generated: number; code: string };
  shown: { about: string; code: string; moments: { fault: { detail: string } | null }[] }[];
}
const v = vectors<Vectors>("ride");
const [secret, point] = v.private_keys["phone"]!;
const phone = { secret, point };
const authorisation = fromHex(v.example.authorisation);

/** The three signatures of a code, in the order of the chain; compressed points are read by this side's own library. */
const chain = (code: Uint8Array): boolean[] => {
  const end = 198 + code[197]!;
  const certificate = code.slice(3, 120);
  const authority = v.authorities[String(certificate[5])];
  return [
    !!authority && isSigned(certificate.slice(0, 53), certificate.slice(53), authority),
    isSigned(code.slice(0, end), code.slice(end + 1, end + 65), toHex(certificate.slice(20, 53))),
    isSigned(code.slice(0, -65), code.slice(-64), toHex(code.slice(158, 191))),
  ];
};

test("the vectors hold and break at the level that they name", () => {
  for (const { about, code, moments } of v.shown) {
    const detail = moments[0]!.fault?.detail;
    if (detail === "expired_certificate") continue;
    const level = Number(/level (\d)/.exec(about)?.[1] ?? 0);
    // A key that is no point was signed all right: the next signature is the first that fails.
    const first = detail === "bad_issuer_key" || detail === "bad_user_key" ? level + 1 : level;
    assert.equal(chain(fromHex(code)).indexOf(false) + 1, first, about);
  }
});

test("the phone writes the bytes of the example and signs them so that the chain holds", () => {
  const code = shown(authorisation, v.example.generated, phone);
  assert.equal(toHex(code).slice(0, -128), v.example.code.slice(0, -128));
  assert.deepEqual(chain(code), [true, true, true]);
});

test("a key pair is new each time, and an authorisation is for the key that asked", () => {
  const [one, other] = [newKey(), newKey()];
  assert.notEqual(one.secret, other.secret);
  assert.equal(sm2.comparePublicKeyHex(one.point, toHex(publicBytes(one))), true);
  assert.equal(toHex(publicBytes(phone)), v.example.public);
  assert.deepEqual([isFor(authorisation, phone), isFor(authorisation, one), isFor(authorisation.slice(1), phone)], [true, false, false]);
});
