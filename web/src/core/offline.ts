/** A door without a network: the code as a stranger checks it (SM2 signature, SM3 chain, time), the list's colour, the place's policy.
    What cannot be verified is referred to the staff: never denied for that, and never green (docs/offline-scanner.md). */
import { reveals } from "./chain";
import { CodeFault, parse } from "./code";
import type { Colour, Malformed, ShownCode } from "./code";
import { isRegisterNumber } from "./cards";
import { STEPS, epochOf, epochStart, minuteOf, stepOf } from "./epochs";
import { ListFault } from "./golomb";
import type { ListDetail } from "./golomb";
import { COLOURS, PHONES, SHEETS, WITHDRAWN_PASSES, WITHDRAWN_SHEETS } from "./list-file";
import { askList } from "./lists";
import type { Held } from "./lists";
import { isPaper, parsePaper, refusePaper } from "./paper";
import type { PaperRefused } from "./paper";
import { isSigned } from "./sm2";
import type { PublicKeys } from "./sm2";

export type Verdict = "admit" | "deny" | "refer";
export type Reason = "ok" | "invalid" | "expired" | "not_yet_valid" | "colour" | "stale" | "temperature" | "test" | "already_used" | "revoked" | "error";
export type Detail = Malformed | "unknown_key" | "bad_signature" | "bad_chain" | "expired_step" | "other_epoch" | "future_step" | "future_issue";
export type { PublicKeys };
export type Outcome = [Verdict, Reason];
/** What the place answers to each colour, without a fever and with one; a fever is a temperature of `limit` degrees or more. */
export interface Policy {
  limit: number;
  normal: Record<Colour, Outcome>;
  fever: Record<Colour, Outcome>;
}

const outcomes = (words: Record<Colour, Verdict>, of: (word: Verdict) => Outcome): Record<Colour, Outcome> =>
  ({ green: of(words.green), yellow: of(words.yellow), red: of(words.red), grey: of(words.grey) });

/** The policy that says one word a colour. */
export const policyOf = (words: Record<Colour, Verdict>, limit: number): Policy => ({
  limit,
  normal: outcomes(words, (word) => [word, word === "admit" ? "ok" : "colour"]),
  fever: outcomes(words, (word) => (word === "deny" ? [word, "colour"] : ["refer", "temperature"])),
});

export const CAREFUL: Policy = policyOf({ green: "admit", yellow: "refer", red: "deny", grey: "refer" }, 37.3);
const TOLERANCE = 1;
/** By how many seconds a clock may be set back before nothing can be verified any more. */
export const CLOCK_SLACK = 60;
/** For how many seconds a use is remembered: a dynamic code has expired by then; a sheet has no minute and admits once in this time. */
const LIVES = 240;
const PAPER_REST = 60;
/** By how many seconds a pass must be later than a list to be the newer word for sure. */
const NEWS = 60;
const WORSE: readonly Colour[] = ["green", "grey", "yellow", "red"];

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
  detail: Detail | PaperRefused["detail"] | ListDetail | "no_list" | "clock_set_back" | "needs_network" | "withdrawn" | "";
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
  /** The most seconds of age at which this place trusts a list; its issuer's own limit counts in any case. */
  limit: number;
  /** Without a list of withdrawals nobody is verified. */
  strict: boolean;
}

/** What the door does with an authentic colour. Whoever leaves is admitted. */
export const decide = (policy: Policy, colour: Colour, temperature: number | null, exit: boolean): Pick<Judgement, "verdict" | "reason"> => {
  if (exit) return { verdict: "admit", reason: "ok" };
  const [verdict, reason] = (temperature !== null && temperature >= policy.limit ? policy.fever : policy.normal)[colour];
  return { verdict, reason };
};

interface Known {
  name: string;
  index: number;
  kind: typeof PHONES | typeof SHEETS;
  epoch: number;
  /** What a list of withdrawals compares: seconds of the epoch at issue, or the generation of a sheet. */
  counts: number;
  /** The colour inside a dynamic code. */
  said?: Colour;
  /** When a sheet was issued, when it says so. */
  issued?: number | undefined;
  refused: Refused | PaperRefused | undefined;
  use: Use;
}

/** One showing: a dynamic code's minute and direction; a sheet's direction. Throws CodeFault. */
export const useOf = (text: string, now: number, exit: boolean): Use => {
  const way = exit ? "exit" : "entry";
  if (isPaper(text)) return { key: `p:${parsePaper(text).index}:${way}`, until: now + PAPER_REST };
  const { issuedAt, index, step } = parse(text);
  return { key: `d:${epochOf(issuedAt)}:${index}:${step}:${way}`, until: now + LIVES };
};

/** The list of that epoch; of the permanent indices of sheets the newest of the days around it. */
const bestOf = (listOf: Knowledge["listOf"], indices: number, epoch: number, now: number): Held | undefined => {
  if (indices === PHONES || indices === WITHDRAWN_PASSES) return listOf(indices, epoch);
  const around = [epoch, epoch - 1, epoch + 1].map((day) => listOf(indices, day)).filter((held): held is Held => !!held);
  const begun = around.filter(({ header }) => header.notBefore <= now);
  return (begun.length ? begun : around).sort((a, b) => b.header.notBefore - a.header.notBefore)[0];
};

const identify = (text: string, keys: PublicKeys, now: number, exit: boolean): Known => {
  const use = useOf(text, now, exit);
  if (isPaper(text)) {
    const code = parsePaper(text);
    return { name: code.name, index: code.index, kind: SHEETS, epoch: epochOf(now), counts: code.generation, issued: code.issuedAt, refused: refusePaper(code, keys, now), use };
  }
  const code = parse(text);
  const epoch = epochOf(code.issuedAt);
  return {
    name: code.name, index: code.index, kind: PHONES, epoch, counts: code.issuedAt - epochStart(epoch), said: code.colour, refused: refuse(code, keys, now), use,
  };
};

const cannot = (detail: Judgement["detail"], name = ""): Judgement => ({ verdict: "refer", reason: "stale", colour: "grey", name, detail });
const denied = (reason: Reason, detail: Judgement["detail"], name = ""): Judgement => ({ verdict: "deny", reason, colour: "grey", name, detail });

/** Of a list made at `made` and a pass issued at `issuedAt` (docs/list-format.md §7): a list that is newer counts alone; a pass that may be
    newer never makes things better. Undefined: they disagree, and nobody can tell. */
export const colourOfBoth = (listed: Colour, said: Colour, issuedAt: number, made: number): Colour | undefined => {
  if (listed === said || issuedAt < made) return listed;
  const isNews = issuedAt >= Math.max(made, epochStart(epochOf(issuedAt))) + NEWS;
  const isWorse = WORSE.indexOf(said) > WORSE.indexOf(listed);
  return isNews === isWorse ? (isNews ? said : listed) : undefined;
};

/** By a list made at `made`, of whose sheet was issued at `issued`: a list does not know who was registered after it. Undefined: nobody can tell. */
export const colourOfSheet = (listed: Colour, issued: number | undefined, made: number): Colour | undefined =>
  listed === "green" && issued !== undefined && issued >= made ? undefined : listed;

class CannotTell extends Error {
  constructor(readonly detail: Judgement["detail"]) {
    super(detail);
  }
}

/** The number that the best list has for an index; undefined without a list. */
const asked = (door: Knowledge, indices: number, { index, epoch }: Known, now: number): { value: number; made: number } | undefined => {
  const held = bestOf(door.listOf, indices, epoch, now);
  try {
    return held && { value: askList(held, index, now, door.limit), made: held.header.notBefore };
  } catch (fault) {
    throw fault instanceof ListFault ? new CannotTell(fault.detail) : fault;
  }
};

const isWithdrawn = (known: Known, door: Knowledge, now: number): boolean => {
  const found = asked(door, known.kind === PHONES ? WITHDRAWN_PASSES : WITHDRAWN_SHEETS, known, now);
  if (!found && door.strict) throw new CannotTell("no_list");
  return !!found && (known.kind === PHONES ? known.counts < found.value : known.counts <= found.value);
};

const colourNow = (known: Known, door: Knowledge, now: number): Colour => {
  const found = asked(door, known.kind, known, now);
  if (!found) throw new CannotTell("no_list");
  const listed = COLOURS[found.value]!;
  const colour = known.said ? colourOfBoth(listed, known.said, epochStart(known.epoch) + known.counts, found.made) : colourOfSheet(listed, known.issued, found.made);
  if (!colour) throw new CannotTell("newer");
  return colour;
};

/** The whole check, but for whether this showing was used here before: `use` is for the caller to remember. */
export const judge = (text: string, door: Knowledge, now: number, temperature: number | null, exit: boolean): Judgement => {
  if (now < door.latest - CLOCK_SLACK) return cannot("clock_set_back");
  if (isRegisterNumber(text)) return cannot("needs_network");
  let known: Known;
  try {
    known = identify(text, door.keys, now, exit);
  } catch (fault) {
    if (fault instanceof CodeFault) return denied("invalid", fault.detail);
    throw fault;
  }
  const { name, refused, use } = known;
  if (refused?.detail === "unknown_key") return cannot("unknown_key");
  if (refused) return denied(refused.reason, refused.detail);
  let colour: Colour = "grey";
  let detail: Judgement["detail"] = "";
  try {
    if (isWithdrawn(known, door, now)) return denied("revoked", "withdrawn", name);
    colour = colourNow(known, door, now);
  } catch (fault) {
    if (!(fault instanceof CannotTell)) throw fault;
    detail = fault.detail;
  }
  if (detail && !exit) return cannot(detail, name); // whoever leaves may leave
  return { ...decide(door.policy, colour, temperature, exit), colour, name, detail, use };
};
