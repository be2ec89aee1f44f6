/** The ride codes on this phone, kept in localStorage: a key pair and an authorisation for each day. */
import { fromBase64url, random, toBase64url } from "../core/bytes";
import { epochOf, epochStart } from "../core/epochs";
import { ask } from "../phone/gate";
import type { Answer } from "../phone/gate";
import { cookie } from "../phone/page";
import { isFor, newKey, publicBytes } from "./code";
import type { Key } from "./code";

const KEY = "ankang.ride";
const EARLIEST_AHEAD = 12 * 3600;
const SPREAD_AHEAD = 10 * 3600;

export interface Ride {
  epoch: number;
  account: string;
  key: Key;
  authorisation: string;
  /** Seconds after which the next one is generated. */
  valid: number;
}

interface Store {
  holder: string;
  today?: Ride;
  next?: Ride;
  /** Keys that were sent and not answered yet, by epoch: asking again with the same one gets the same answer. */
  asked?: Record<number, Key>;
  /** Ended by the holder, perhaps from another phone. */
  off?: boolean;
  /** The random moment after which tomorrow's is fetched, and the epoch in which it was drawn. */
  ahead?: [epoch: number, at: number];
}

interface Authorised {
  authorisation: string;
  account: string;
  epoch: number;
  valid_seconds: number;
}

const holder = (): string => cookie("ankang_holder") ?? "";

const stored = (): Store => {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "") as Store;
  } catch {
    return { holder: holder() };
  }
};

let store = stored();

export const remember = (change: Partial<Store>): void => {
  store = { ...store, ...change };
  localStorage.setItem(KEY, JSON.stringify(store));
};

/** What is held at a moment: at 04:00 the one fetched ahead takes the place of yesterday's; another holder has nothing. */
export const held = (now: number): Store => {
  if (store.holder !== holder() || !(KEY in localStorage)) {
    store = { holder: holder() };
    remember({});
  }
  const epoch = epochOf(now);
  const { today, next, asked, ...rest } = store;
  if (today && today.epoch !== epoch) {
    store = next?.epoch === epoch ? { ...rest, today: next } : rest;
    remember({});
  } else if (!today && next?.epoch === epoch) {
    store = { ...rest, today: next };
    remember({});
  }
  return store;
};

/** Has a key of this phone authorised for today or the day ahead. */
export const fetchRide = async (which: "today" | "next", now: number): Promise<Answer<Authorised>> => {
  const epoch = epochOf(now) + (which === "next" ? 1 : 0);
  const key = store.asked?.[epoch] ?? newKey();
  remember({ asked: { [epoch]: key } });
  const public_key = toBase64url(publicBytes(key));
  const answer = await ask<Authorised>("/api/v1/me/ride", which === "next" ? { public_key, epoch: "next" } : { public_key });
  if (!answer.ok) return answer;
  const { account, authorisation, valid_seconds: valid } = answer.body;
  if (isFor(fromBase64url(authorisation), key))
    remember({ [which]: { epoch: answer.body.epoch, account, key, authorisation, valid }, asked: {}, off: false });
  return answer;
};

/** Learns whether today's was ended elsewhere; says nothing when there is no network. */
export const checkLive = async (now: number): Promise<void> => {
  const answer = await ask<{ live: string[] }>("/api/v1/me/ride");
  const { today } = held(now);
  if (!answer.ok || !today || answer.body.live.includes(today.account)) return;
  const { holder: who } = store;
  store = { holder: who, off: true };
  remember({});
};

/** Whether it is time to fetch tomorrow's: a moment drawn at random once a day, so that no herd comes at 04:00. */
export const nextIsDue = (now: number): boolean => {
  const epoch = epochOf(now);
  const chance = random(1)[0]! / 256;
  if (store.ahead?.[0] !== epoch) remember({ ahead: [epoch, epochStart(epoch) + EARLIEST_AHEAD + chance * SPREAD_AHEAD] });
  return !!store.today && !store.next && !store.off && now > store.ahead![1];
};
