/** Checking a code with nothing but the public keys, as a stranger does: SM2 signature, SM3 chain, time. Then the place's policy. */
import { sm2 } from "sm-crypto-v2";
import { toHex } from "./bytes";
import { reveals } from "./chain";
import { CodeFault, parse } from "./code";
import type { Colour, Malformed, ShownCode } from "./code";
import { STEPS, epochOf, minuteOf, stepOf } from "./epochs";

export type Verdict = "admit" | "deny" | "refer";
export type Reason = "ok" | "invalid" | "expired" | "not_yet_valid" | "colour" | "stale" | "temperature" | "error";
export type Detail = Malformed | "unknown_key" | "bad_signature" | "bad_chain" | "expired_step" | "other_epoch" | "future_step" | "future_issue";
/** Key id to uncompressed SM2 point in hex. */
export type PublicKeys = Record<number, string>;
/** Verdict by colour; a temperature at or above `limit` (degrees) turns an admission into a referral. */
export type Policy = Record<Colour, Verdict> & { limit: number };

export const CAREFUL: Policy = { green: "admit", yellow: "refer", red: "deny", grey: "refer", limit: 37.3 };
const TOLERANCE = 1;
const OLDEST = 12 * 3600;

export interface Refused {
  reason: "invalid" | "expired" | "not_yet_valid";
  detail: Detail;
}

const invalid = (detail: Detail): Refused => ({ reason: "invalid", detail });

const lead = (code: ShownCode, now: number): number => epochOf(code.issuedAt) * STEPS + code.step - minuteOf(now);

const outOfReach = (code: ShownCode, now: number): Refused | undefined => {
  const ahead = lead(code, now);
  if (Math.abs(ahead) <= TOLERANCE || epochOf(code.issuedAt) === epochOf(now)) return undefined;
  return { reason: ahead < 0 ? "expired" : "not_yet_valid", detail: "other_epoch" };
};

const outOfTime = (code: ShownCode, now: number): Refused | undefined => {
  const ahead = lead(code, now);
  if (code.step < stepOf(code.issuedAt) - TOLERANCE) return invalid("future_issue");
  if (ahead < -TOLERANCE) return { reason: "expired", detail: "expired_step" };
  return ahead > TOLERANCE ? { reason: "not_yet_valid", detail: "future_step" } : undefined;
};

const signed = (code: ShownCode, key: string): boolean => {
  try {
    return sm2.doVerifySignature(code.header, toHex(code.signature), key, { hash: true });
  } catch {
    return false;
  }
};

const notAuthentic = (code: ShownCode, keys: PublicKeys): Refused | undefined => {
  const key = keys[code.kid];
  if (!key) return invalid("unknown_key");
  if (!signed(code, key)) return invalid("bad_signature");
  return reveals(code.preimage, code.step, code.anchor) ? undefined : invalid("bad_chain");
};

/** Undefined when anyone with the public keys accepts `code` at `now` (unix seconds); the same answers as core.codes.check_as_stranger. */
export const refuse = (code: ShownCode, keys: PublicKeys, now: number): Refused | undefined =>
  outOfReach(code, now) ?? notAuthentic(code, keys) ?? outOfTime(code, now);

export interface Judgement {
  verdict: Verdict;
  reason: Reason;
  colour: Colour;
  name: string;
}

/** What the door does with an authentic colour. Whoever leaves is admitted. */
export const decide = (policy: Policy, colour: Colour, temperature: number | null, exit: boolean): Pick<Judgement, "verdict" | "reason"> => {
  if (exit) return { verdict: "admit", reason: "ok" };
  const verdict = policy[colour];
  if (verdict !== "deny" && temperature !== null && temperature >= policy.limit) return { verdict: "refer", reason: "temperature" };
  return { verdict, reason: verdict === "admit" ? "ok" : "colour" };
};

/** The whole check of a door without a network. The colour is the one signed in the pass, and only while that is at most 12 hours old. */
export const judge = (text: string, keys: PublicKeys, policy: Policy, now: number, temperature: number | null, exit: boolean): Judgement => {
  let code: ShownCode;
  try {
    code = parse(text);
  } catch (fault) {
    if (fault instanceof CodeFault) return { verdict: "deny", reason: "invalid", colour: "grey", name: "" };
    throw fault;
  }
  const refused = refuse(code, keys, now);
  if (refused?.detail === "unknown_key") return { verdict: "refer", reason: "stale", colour: "grey", name: "" };
  if (refused) return { verdict: "deny", reason: refused.reason, colour: "grey", name: "" };
  const { colour, name } = code;
  if (now - code.issuedAt > OLDEST) return { verdict: "refer", reason: "stale", colour: "grey", name };
  return { ...decide(policy, colour, temperature, exit), colour, name };
};
