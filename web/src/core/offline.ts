/** A door without a network: the code as a stranger checks it (SM2 signature, SM3 chain, time), the list's colour, the place's policy.
    What cannot be verified is referred to the staff: never denied for that, and never green (docs/offline-scanner.md). */
import { reveals } from "./chain";
import { CodeFault, parse } from "./code";
import type { Colour, Malformed, ShownCode } from "./code";
import { STEPS, epochOf, minuteOf, stepOf } from "./epochs";
import { ListFault } from "./golomb";
import type { ListDetail } from "./golomb";
import { askList } from "./lists";
import type { Held } from "./lists";
import { isPaper, parsePaper, refusePaper } from "./paper";
import type { PaperRefused } from "./paper";
import { isSigned } from "./sm2";
import type { PublicKeys } from "./sm2";

export type Verdict = "admit" | "deny" | "refer";
export type Reason = "ok" | "invalid" | "expired" | "not_yet_valid" | "colour" | "stale" | "temperature" | "already_used" | "error";
export type Detail = Malformed | "unknown_key" | "bad_signature" | "bad_chain" | "expired_step" | "other_epoch" | "future_step" | "future_issue";
export type { PublicKeys };
/** Verdict by colour; a temperature at or above `limit` (degrees) turns an admission into a referral. */
export type Policy = Record<Colour, Verdict> & { limit: number };

export const CAREFUL: Policy = { green: "admit", yellow: "refer", red: "deny", grey: "refer", limit: 37.3 };
const TOLERANCE = 1;
/** By how many seconds a clock may be set back before nothing can be verified any more. */
export const CLOCK_SLACK = 60;
/** For how many seconds a use is remembered: a dynamic code has expired by then; a sheet has no minute and admits once in this time. */
const LIVES = 240;
const PAPER_REST = 60;

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

const notAuthentic = (code: ShownCode, keys: PublicKeys): Refused | undefined => {
  const key = keys[code.kid];
  if (!key) return invalid("unknown_key");
  if (!isSigned(code.header, code.signature, key)) return invalid("bad_signature");
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
  /** The exact fault, for the words on the screen; "" when there is none. */
  detail: Detail | PaperRefused["detail"] | ListDetail | "no_list" | "clock_set_back" | "";
  /** One showing of an authentic code: it admits only once until then. */
  use?: Use;
}
export interface Use {
  key: string;
  until: number;
}
/** What the door holds. `latest`: the last moment it knows of; a clock before it was set back. */
export interface Knowledge {
  keys: PublicKeys;
  policy: Policy;
  listOf: (indices: number, epoch: number) => Held | undefined;
  latest: number;
}

/** What the door does with an authentic colour. Whoever leaves is admitted. */
export const decide = (policy: Policy, colour: Colour, temperature: number | null, exit: boolean): Pick<Judgement, "verdict" | "reason"> => {
  if (exit) return { verdict: "admit", reason: "ok" };
  const verdict = policy[colour];
  if (verdict !== "deny" && temperature !== null && temperature >= policy.limit) return { verdict: "refer", reason: "temperature" };
  return { verdict, reason: verdict === "admit" ? "ok" : "colour" };
};

interface Known {
  name: string;
  index: number;
  refused: Refused | PaperRefused | undefined;
  held: Held | undefined;
  use: Use;
}

/** One showing: a dynamic code's minute and direction; a sheet's direction. Throws CodeFault. */
export const useOf = (text: string, now: number, exit: boolean): Use => {
  const way = exit ? "exit" : "entry";
  if (isPaper(text)) return { key: `p:${parsePaper(text).index}:${way}`, until: now + PAPER_REST };
  const { issuedAt, index, step } = parse(text);
  return { key: `d:${epochOf(issuedAt)}:${index}:${step}:${way}`, until: now + LIVES };
};

/** Yesterday's list of sheets may be good a little longer than today's is new. */
const paperList = (listOf: Knowledge["listOf"], now: number): Held | undefined => {
  const today = listOf(2, epochOf(now));
  return today && now >= today.header.notBefore ? today : listOf(2, epochOf(now) - 1) ?? today;
};

const identify = (text: string, { keys, listOf }: Knowledge, now: number, exit: boolean): Known => {
  const use = useOf(text, now, exit);
  if (isPaper(text)) {
    const code = parsePaper(text);
    return { name: code.name, index: code.index, refused: refusePaper(code, keys, now), held: paperList(listOf, now), use };
  }
  const code = parse(text);
  return { name: code.name, index: code.index, refused: refuse(code, keys, now), held: listOf(1, epochOf(code.issuedAt)), use };
};

const cannot = (detail: Judgement["detail"], name = ""): Judgement => ({ verdict: "refer", reason: "stale", colour: "grey", name, detail });

/** The whole check, but for whether this showing was used here before: `use` is for the caller to remember. */
export const judge = (text: string, door: Knowledge, now: number, temperature: number | null, exit: boolean): Judgement => {
  if (now < door.latest - CLOCK_SLACK) return cannot("clock_set_back");
  let known: Known;
  try {
    known = identify(text, door, now, exit);
  } catch (fault) {
    if (fault instanceof CodeFault) return { verdict: "deny", reason: "invalid", colour: "grey", name: "", detail: fault.detail };
    throw fault;
  }
  const { name, refused, held, index, use } = known;
  if (refused?.detail === "unknown_key") return cannot("unknown_key");
  if (refused) return { verdict: "deny", reason: refused.reason, colour: "grey", name: "", detail: refused.detail };
  let colour: Colour = "grey";
  let detail: Judgement["detail"] = "";
  try {
    if (held) colour = askList(held, index, now);
    else detail = "no_list";
  } catch (fault) {
    if (!(fault instanceof ListFault)) throw fault;
    detail = fault.detail;
  }
  if (detail && !exit) return cannot(detail, name);
  return { ...decide(door.policy, colour, temperature, exit), colour, name, detail, use };
};
