/** The passes on this phone, kept in localStorage. The seed of a chain never leaves it. */
import { anchorOf, linkAtStep, milestones } from "../core/chain";
import { readPass, show } from "../core/code";
import type { Colour } from "../core/code";
import { fromBase64url, random, toBase64url } from "../core/bytes";
import { epochOf, epochStart, stepOf } from "../core/epochs";
import { ask } from "../phone/gate";
import type { Answer } from "../phone/gate";
import { learn, now } from "../phone/clock";
import { cookie } from "../phone/page";

const KEY = "ankang.wallet";
const REFRESH_AFTER = 4 * 3600;
const EARLIEST_AHEAD = 12 * 3600;
const SPREAD_AHEAD = 10 * 3600;

export interface Held {
  epoch: number;
  /** Links 0, 60 … 1440 of the chain, base64url of 25 × 16 bytes; the first is the seed. */
  stones: string;
  pass: string;
  gateKey: string;
  colour: Colour;
  name: string;
  /** When to ask for a fresher signature on the same chain, unix seconds. */
  refreshAt: number;
}

/** A sentence, or several lines of them, in both languages. */
export interface Why {
  zh: string;
  en: string;
}

export interface Wallet {
  today?: Held;
  next?: Held;
  /** The colour last heard of from the gate, and when. */
  colour?: Colour;
  since?: number;
  until?: number;
  asOf?: number;
  holder?: string;
  /** Why the code is yellow or red, one line a reason, and of which state that was said. */
  why?: Why & { of: string };
  /** The gate could not know the colour. */
  stale?: boolean;
  /** Passes issued at or before this moment no longer count, as last heard; 0 when all do. */
  voidBefore?: number;
  /** The random moment after which tomorrow's pass is fetched, and the epoch it was drawn in. */
  ahead?: [epoch: number, at: number];
}

interface PassAnswer {
  pass: string;
  gate_key: string;
  issued_at: number;
  server_time: number;
}

const stored = (): Wallet => {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") as Wallet;
  } catch {
    return {};
  }
};

let wallet = stored();

export const held = (): Wallet => wallet;

export const remember = (change: Partial<Wallet>): void => {
  wallet = { ...wallet, ...change };
  localStorage.setItem(KEY, JSON.stringify(wallet));
};

export const forget = (): void => {
  wallet = {};
  localStorage.removeItem(KEY);
  localStorage.removeItem("ankang.ride");
};

/** Drops the passes of whoever used this phone before. The readable cookie ankang_holder changes with the credential
    (the credential itself is in a cookie that no script can read). */
export const forgetOthers = (): void => {
  const holder = cookie("ankang_holder") ?? "";
  if ((wallet.holder ?? "") === holder) return;
  if (wallet.holder !== undefined) forget();
  remember({ holder });
};

/** Moves on at 04:00: yesterday's pass goes, the one fetched ahead takes its place. */
export const turnPage = (): void => {
  const epoch = epochOf(now());
  const { today, next, ...rest } = wallet;
  if (today?.epoch === epoch || !(today || next)) return;
  wallet = next?.epoch === epoch ? { ...rest, today: next } : next && next.epoch > epoch ? { ...rest, next } : rest;
  remember({});
};

/** A credential of this person was withdrawn: tomorrow's pass goes with it, whatever time it bears. */
export const learnVoid = (voidBefore: number): void => {
  if (voidBefore === (wallet.voidBefore ?? 0)) return;
  const { next, ...rest } = wallet;
  wallet = rest;
  remember({ voidBefore });
};

export const isVoid = (pass: Held): boolean => readPass(fromBase64url(pass.pass)).issuedAt <= (wallet.voidBefore ?? 0);

const slices = (stones: string): Uint8Array[] => {
  const all = fromBase64url(stones);
  return Array.from({ length: all.length / 16 }, (_, i) => all.subarray(i * 16, i * 16 + 16));
};

const newChain = async (): Promise<string> => {
  const stones = await milestones(random(16), () => new Promise((go) => setTimeout(go)));
  const all = new Uint8Array(stones.length * 16);
  stones.forEach((stone, i) => all.set(stone, i * 16));
  return toBase64url(all);
};

/** Gets a signed pass for this epoch or the next; keeps the chain of the pass it replaces. */
export const fetchPass = async (which: "today" | "next"): Promise<Answer<PassAnswer>> => {
  const stones = wallet[which]?.stones ?? (await newChain());
  const anchor = toBase64url(anchorOf(slices(stones)));
  const answer = await ask<PassAnswer>("/g/v1/pass", which === "next" ? { anchor, epoch: "next" } : { anchor });
  if (!answer.ok) return answer;
  learn(answer.body.server_time, answer.at);
  const { issuedAt, colour, name } = readPass(fromBase64url(answer.body.pass));
  const refreshAt = Math.max(now(), issuedAt) + REFRESH_AFTER * (1 + Math.random());
  remember({ [which]: { epoch: epochOf(issuedAt), stones, pass: answer.body.pass, gateKey: answer.body.gate_key, colour, name, refreshAt } });
  return answer;
};

/** Whether it is time to fetch tomorrow's pass: a moment drawn at random once a day, so that no herd comes at 04:00. */
export const nextIsDue = (): boolean => {
  const epoch = epochOf(now());
  if (wallet.ahead?.[0] !== epoch) remember({ ahead: [epoch, epochStart(epoch) + EARLIEST_AHEAD + Math.random() * SPREAD_AHEAD] });
  return !wallet.next && now() > wallet.ahead![1];
};

/** The text of the code for this minute. */
export const codeNow = (pass: Held): string => {
  const step = stepOf(now());
  return show(fromBase64url(pass.pass), fromBase64url(pass.gateKey), step, linkAtStep(slices(pass.stones), step));
};
