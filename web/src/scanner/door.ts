/** What the device knows about itself: which door, which policy, which public keys. Kept for when there is no network. */
import type { Colour } from "../core/code";
import { CAREFUL, policyOf } from "../core/offline";
import type { Outcome, Policy, PublicKeys, Verdict } from "../core/offline";
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
type SentPolicy = { temperature_limit: number; version?: number; mask?: boolean } & (Words | { entry: Record<Colour, { normal: Outcome; fever: Outcome }> });
/** A policy as it was told, with what the screen says of it. `version` −1: the gate has not told one yet. */
export interface Told {
  policy: Policy;
  version: number;
  mask: boolean;
}
interface DoorAnswer {
  checkpoint: Checkpoint | null;
  policy: SentPolicy | null;
  next_policy?: (SentPolicy & { effective_at: number }) | null;
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
  told: Told;
  /** The next policy and its moment: a door without a network turns to it by its own clock. */
  next: (Told & { from: number }) | null;
  /** When the gate last told the policy, unix seconds. */
  policyAt: number;
  keys: PublicKeys;
  placeToken: string;
  doorCode: string;
  /** GB/T 2260 code of the province whose lists this device takes; 0 before the first. */
  issuer: number;
  /** When the place code on the screen changes, unix seconds. */
  until: number;
}

const SHIPPED: Told = { policy: CAREFUL, version: -1, mask: false };
const BLANK: Door = { paired: false, chosen: 0, told: SHIPPED, next: null, policyAt: 0, keys: {}, issuer: 0, placeToken: "", doorCode: "", until: 0 };

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

const toldBy = (sent: SentPolicy): Told => {
  const about = { version: sent.version ?? -1, mask: !!sent.mask };
  if (!("entry" in sent)) return { policy: policyOf(sent, sent.temperature_limit), ...about };
  const by = (heat: "normal" | "fever"): Record<Colour, Outcome> => {
    const { green, yellow, red, grey } = sent.entry;
    return { green: green[heat], yellow: yellow[heat], red: red[heat], grey: grey[heat] };
  };
  return { policy: { limit: sent.temperature_limit, normal: by("normal"), fever: by("fever") }, ...about };
};

const policyFrom = (sent: SentPolicy | null, next?: DoorAnswer["next_policy"]): Partial<Door> =>
  sent ? { told: toldBy(sent), next: next ? { ...toldBy(next), from: next.effective_at } : null, policyAt: Math.floor(now()) } : {};

/** The policy that holds at this moment, by the door's own clock. */
export const policyNow = (): Told => (door.next && now() >= door.next.from ? door.next : door.told);

const checkpointFrom = (checkpoint: Checkpoint | null): Partial<Door> => (checkpoint ? { checkpoint } : {});

export const pair = async (pairing: string): Promise<Answer<PairAnswer>> => {
  const label = navigator.userAgent.match(/iPhone|iPad|Android|Windows|Mac OS|Linux/)?.[0] ?? "browser";
  const answer = await ask<PairAnswer>("/api/v1/devices/pair", { pairing, label });
  if (!answer.ok) return answer;
  change({ ...BLANK, paired: true, keys: door.keys, ...checkpointFrom(answer.body.checkpoint), ...policyFrom(answer.body.policy) });
  return answer;
};

export const refreshDoor = async (): Promise<Answer<DoorAnswer>> => {
  const answer = await ask<DoorAnswer>("/g/v1/door" + (door.chosen ? `?checkpoint=${door.chosen}` : ""), undefined, undefined, door.checkpoint?.id || door.chosen);
  if (!answer.ok) return answer;
  const { checkpoint, policy, next_policy: next, place_token: placeToken, door_code: doorCode, until, server_time: time } = answer.body;
  if (time) learn(time, answer.at);
  change({ paired: true, placeToken, doorCode, until: seconds(until) ?? 0, ...checkpointFrom(checkpoint), ...policyFrom(policy, next) });
  return answer;
};

/** Gates learn of a new device within a second or so; until then they answer that they are not ready. */
export const gateKnowsUs = async (): Promise<void> => {
  for (let tries = 0; tries < 20; tries++) {
    const answer = await refreshDoor();
    if (answer.ok || answer.status !== 503) return;
    await new Promise((go) => setTimeout(go, 500));
  }
};

export const refreshKeys = async (): Promise<void> => {
  const answer = await ask<KeysAnswer>("/g/v1/keys");
  if (answer.ok) change({ keys: Object.fromEntries(answer.body.keys.map((key) => [key.kid, key.public])) });
};
