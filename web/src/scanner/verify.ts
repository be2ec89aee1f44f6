/** One check: ask the gate; when it cannot be reached, judge by ourselves and keep the scan for later. */
import { uuid } from "../core/bytes";
import type { Colour } from "../core/code";
import { judge, useOf } from "../core/offline";
import type { Judgement, Verdict } from "../core/offline";
import { latest, now, pass } from "../phone/clock";
import { ask } from "../phone/gate";
import type { Refusal } from "../phone/gate";
import { policyNow, theDoor } from "./door";
import { listOf } from "./list-store";
import { enqueue } from "./queue";
import { firstUse } from "./replay";

export interface Shown {
  code: string;
  direction: "entry" | "exit";
  temperature: number | null;
}
export interface Result {
  verdict: Verdict;
  reason: string;
  colour: Colour;
  name: string;
  offline: boolean;
  /** The holder and all who walk along, when somebody does; the verdict and its reason are then those of the worst. */
  company?: Person[];
  /** Why it could not be verified, for the words; "" on line. */
  detail: string;
}
export interface Person {
  verdict: Verdict;
  reason: string;
  colour: Colour;
  name: string;
}
interface VerifyAnswer {
  verdict: Verdict;
  reason: string;
  colour: Colour | null;
  name: string | null;
  companions?: Person[];
  all?: Verdict;
}

/** One answer for people who come together: what must be done about all, and because of whom. */
const together = (holder: Person, { companions, all }: VerifyAnswer): Person & { company?: Person[] } => {
  if (!companions?.length) return holder;
  const company = [holder, ...companions];
  return { ...(company.find(({ verdict }) => verdict === all) ?? holder), company };
};

/** The queue at the door does not wait longer for a silent gate. */
const PATIENCE = 1500;
const TRIES = 3;
const LONGEST_WAIT = 3;
const QUIET = 15000;

/** After a failure we do not let each person in the queue wait for the same silence. */
let silentUntil = 0;

export const networkIsBack = (): void => {
  silentUntil = 0;
};
export const isSilent = (): boolean => !navigator.onLine || Date.now() < silentUntil;

const pause = (s: number): Promise<void> => new Promise((go) => setTimeout(go, Math.min(s, LONGEST_WAIT) * 1000));

const usedBefore = (judgement: Judgement): Judgement => ({ ...judgement, verdict: "deny", reason: "already_used", colour: "grey" });

/** The door's own judgement; a showing that was admitted here in this minute is not admitted again. */
const judged = async (shown: Shown, at: number): Promise<Judgement> => {
  const { keys } = theDoor();
  const exit = shown.direction === "exit";
  const judgement = judge(shown.code, { keys, policy: policyNow().policy, listOf, limit: Infinity, strict: true, latest: latest() }, at, shown.temperature, exit);
  if (judgement.detail !== "clock_set_back") pass(at);
  const admits = judgement.verdict === "admit" && judgement.use;
  return admits && !(await firstUse(admits, at)) ? usedBefore(judgement) : judgement;
};

const judgeAlone = async (shown: Shown, checkpoint: number, nonce: string): Promise<Result> => {
  const at = Math.floor(now());
  const { verdict, reason, colour, name, detail } = await judged(shown, at);
  await enqueue({ ...shown, checkpoint, nonce, at, verdict, reason });
  return { verdict, reason, colour, name, detail, offline: true };
};

/** What the gate admitted is used, should the network go in the same minute. */
const noteUse = ({ code, direction }: Shown): void => {
  try {
    void firstUse(useOf(code, now(), direction === "exit"), now());
  } catch {
    // a code that only the gate can read, a card's number say
  }
};

/** A result, or the refusal that means this device may no longer ask. The nonce stays the same through every try. */
export const verify = async (shown: Shown, busy: () => void): Promise<Result | Refusal> => {
  const checkpoint = theDoor().checkpoint!.id;
  const nonce = uuid();
  for (let tries = 0; tries < TRIES && !isSilent(); tries++) {
    const answer = await ask<VerifyAnswer>("/g/v1/verify", { ...shown, checkpoint, nonce }, PATIENCE, checkpoint);
    if (answer.ok) {
      const { verdict, reason, colour, name } = answer.body;
      if (verdict === "admit") noteUse(shown);
      return { ...together({ verdict, reason, colour: colour ?? "grey", name: name ?? "" }, answer.body), offline: false, detail: "" };
    }
    if (answer.status === 401) return answer;
    if (answer.status === 429 || answer.status === 503) {
      busy();
      await pause(answer.wait || 1);
    } else if (answer.status >= 400 && answer.status < 500) {
      return { verdict: "refer", reason: "error", colour: "grey", name: "", offline: false, detail: "" };
    } else silentUntil = Date.now() + QUIET;
  }
  return judgeAlone(shown, checkpoint, nonce);
};
