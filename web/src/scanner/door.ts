/** What the device knows about itself: which door, which policy, which public keys. Kept for when there is no network. */
import type { Colour } from "../core/code";
import { CAREFUL } from "../core/offline";
import type { Policy, PublicKeys, Verdict } from "../core/offline";
import { learn, now } from "../phone/clock";
import { ask } from "../phone/gate";
import type { Answer } from "../phone/gate";
import { seconds } from "../phone/page";

const KEY = "ankang.door";

export interface Checkpoint {
  id: number;
  name: string;
  type: number | string;
}
type Words = Record<Colour, Verdict>;
/** As the pairing answers it (verdict by colour) or as the gate does (verdict and reason, without and with fever). */
type SentPolicy = { temperature_limit: number; version?: number | string; offline_limit?: number } & (Words | { entry: Record<Colour, { normal: [Verdict, string] }> });
interface DoorAnswer {
  checkpoint: Checkpoint | null;
  policy: SentPolicy | null;
  place_token: string;
  door_code: string;
  until: number | string;
  server_time?: number;
}
interface PairAnswer {
  checkpoint: Checkpoint | null;
  policy: SentPolicy | null;
}
interface KeysAnswer {
  keys: { kid: number; public: string }[];
}
export interface Door {
  paired: boolean;
  checkpoint?: Checkpoint;
  /** The number of the door, for a device that belongs to a whole organisation. */
  chosen: number;
  policy: Policy;
  /** Of the policy, "" when it has none; and when the gate last told it, unix seconds. */
  policyVersion: string;
  policyAt: number;
  /** The most seconds of age at which this place trusts a list. */
  limit: number;
  keys: PublicKeys;
  placeToken: string;
  doorCode: string;
  /** GB/T 2260 code of the province whose lists this device takes; 0 before the first. */
  issuer: number;
  /** When the place code on the screen changes, unix seconds. */
  until: number;
}

/** Two days: longer than any issuer answers for a list. */
const LONGEST = 172800;
const BLANK: Door = { paired: false, chosen: 0, policy: CAREFUL, policyVersion: "", policyAt: 0, limit: LONGEST, keys: {}, issuer: 0, placeToken: "", doorCode: "", until: 0 };

const stored = (): Door => {
  try {
    return { ...BLANK, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Door>) };
  } catch {
    return BLANK;
  }
};

let door = stored();

export const theDoor = (): Door => door;

export const change = (to: Partial<Door>): void => {
  door = { ...door, ...to };
  localStorage.setItem(KEY, JSON.stringify(door));
};

const policyFrom = (sent: SentPolicy | null): Partial<Door> => {
  if (!sent) return {};
  const words = "entry" in sent ? sent.entry : sent;
  const verdict = (colour: Colour): Verdict => {
    const word = words[colour];
    return typeof word === "string" ? word : word.normal[0];
  };
  const policy = { green: verdict("green"), yellow: verdict("yellow"), red: verdict("red"), grey: verdict("grey"), limit: sent.temperature_limit };
  const limit = Number(sent.offline_limit) > 0 ? Number(sent.offline_limit) : LONGEST;
  return { policy, limit, policyVersion: sent.version === undefined ? "" : String(sent.version), policyAt: Math.floor(now()) };
};

const checkpointFrom = (checkpoint: Checkpoint | null): Partial<Door> => (checkpoint ? { checkpoint } : {});

export const pair = async (pairing: string): Promise<Answer<PairAnswer>> => {
  const label = navigator.userAgent.match(/iPhone|iPad|Android|Windows|Mac OS|Linux/)?.[0] ?? "browser";
  const answer = await ask<PairAnswer>("/api/v1/devices/pair", { pairing, label });
  if (!answer.ok) return answer;
  change({ ...BLANK, paired: true, keys: door.keys, ...checkpointFrom(answer.body.checkpoint), ...policyFrom(answer.body.policy) });
  return answer;
};

export const refreshDoor = async (): Promise<Answer<DoorAnswer>> => {
  const answer = await ask<DoorAnswer>("/g/v1/door" + (door.chosen ? `?checkpoint=${door.chosen}` : ""));
  if (!answer.ok) return answer;
  const { checkpoint, policy, place_token: placeToken, door_code: doorCode, until, server_time: time } = answer.body;
  if (time) learn(time, answer.at);
  change({ paired: true, placeToken, doorCode, until: seconds(until) ?? 0, ...checkpointFrom(checkpoint), ...policyFrom(policy) });
  return answer;
};

export const refreshKeys = async (): Promise<void> => {
  const answer = await ask<KeysAnswer>("/g/v1/keys");
  if (answer.ok) change({ keys: Object.fromEntries(answer.body.keys.map((key) => [key.kid, key.public])) });
};
