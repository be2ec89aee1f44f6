/** One check: ask the gate; when it cannot be reached, judge by ourselves and keep the scan for later. */
import { uuid } from "../core/bytes";
import type { Colour } from "../core/code";
import { judge } from "../core/offline";
import type { Verdict } from "../core/offline";
import { now } from "../phone/clock";
import { ask } from "../phone/gate";
import type { Refusal } from "../phone/gate";
import { theDoor } from "./door";
import { enqueue } from "./queue";

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
}
interface VerifyAnswer {
  verdict: Verdict;
  reason: string;
  colour: Colour | null;
  name: string | null;
}

const PATIENCE = 4000;
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

const judgeAlone = async (shown: Shown, checkpoint: number, nonce: string): Promise<Result> => {
  const { keys, policy } = theDoor();
  const at = Math.floor(now());
  const judgement = judge(shown.code, keys, policy, at, shown.temperature, shown.direction === "exit");
  await enqueue({ ...shown, checkpoint, nonce, at, verdict: judgement.verdict, reason: judgement.reason });
  return { ...judgement, offline: true };
};

/** A result, or the refusal that means this device may no longer ask. The nonce stays the same through every try. */
export const verify = async (shown: Shown, busy: () => void): Promise<Result | Refusal> => {
  const checkpoint = theDoor().checkpoint!.id;
  const nonce = uuid();
  for (let tries = 0; tries < TRIES && !isSilent(); tries++) {
    const answer = await ask<VerifyAnswer>("/g/v1/verify", { ...shown, checkpoint, nonce }, PATIENCE);
    if (answer.ok) {
      const { verdict, reason, colour, name } = answer.body;
      return { verdict, reason, colour: colour ?? "grey", name: name ?? "", offline: false };
    }
    if (answer.status === 401) return answer;
    if (answer.status === 429 || answer.status === 503) {
      busy();
      await pause(answer.wait || 1);
    } else if (answer.status >= 400 && answer.status < 500) {
      return { verdict: "refer", reason: "error", colour: "grey", name: "", offline: false };
    } else silentUntil = Date.now() + QUIET;
  }
  return judgeAlone(shown, checkpoint, nonce);
};
