/** Talking to the gate about one place: what it is, who I am, and checking in with proof that I stand there. */
import { fromBase64url, uint32At, uuid } from "../core/bytes";
import type { Colour } from "../core/code";
import { minuteOf } from "../core/epochs";
import { learn, now } from "../phone/clock";
import { ask } from "../phone/gate";
import type { Answer } from "../phone/gate";

export interface Place {
  checkpoint: number;
  name: string;
  type: string;
  open: boolean;
  /** False: the place has no position to compare a phone's with. Older gates do not say. */
  located?: boolean;
}
export interface Me {
  colour: Colour;
  server_time: number;
}
export interface Outcome {
  verdict: "admit" | "deny" | "refer";
  reason: string;
  colour: Colour;
  name: string;
  at: number | string;
}
type Proof = { token: string; latitude: number; longitude: number; accuracy: number } | { door_code: string } | undefined;

/** The last part of the address: a place code, base64url. */
export const place = location.pathname.split("/").pop() ?? "";

const bytes = (): Uint8Array => {
  try {
    return fromBase64url(place);
  } catch {
    return new Uint8Array();
  }
};

export const isPrinted = (): boolean => bytes()[0] === 0x21;

/** A rotating code belongs to one minute; the gate accepts its neighbours too. */
export const hasExpired = (): boolean => {
  const code = bytes();
  return code[0] === 0x22 && code.length >= 12 && uint32At(code, 8) < minuteOf(now()) - 1;
};

/** The number of the place, once the gate has named it. */
let checkpoint = 0;

export const lookUp = async (): Promise<Answer<Place>> => {
  const answer = await ask<Place>("/g/v1/place?code=" + encodeURIComponent(place));
  if (answer.ok) ({ checkpoint } = answer.body);
  return answer;
};

export const whoAmI = async (): Promise<Answer<Me>> => {
  const me = await ask<Me>("/g/v1/me");
  if (me.ok) learn(me.body.server_time, me.at);
  return me;
};

const whereAmI = (): Promise<GeolocationPosition | undefined> =>
  new Promise((found) => {
    if (!navigator.geolocation) return found(undefined);
    navigator.geolocation.getCurrentPosition(found, () => found(undefined), { timeout: 10000, maximumAge: 60000 });
  });

/** Undefined when the phone does not tell where it is. */
export const proofByLocation = async (): Promise<Answer<Proof> | undefined> => {
  const [position, presence] = await Promise.all([whereAmI(), ask<{ token: string }>("/g/v1/presence", { place }, undefined, checkpoint)]);
  if (!presence.ok) return presence;
  if (!position) return undefined;
  const { latitude, longitude, accuracy } = position.coords;
  return { ...presence, body: { token: presence.body.token, latitude, longitude, accuracy } };
};

let nonce = "";

/** Keeps its nonce until the gate has answered, so that a retry is the same visit. */
export const checkIn = async (temperature: number | null, proof: Proof): Promise<Answer<Outcome>> => {
  nonce ||= uuid();
  const answer = await ask<Outcome>("/g/v1/scan", { place, temperature, nonce, ...(proof && { proof }) }, 12000, checkpoint);
  if (answer.ok) nonce = "";
  return answer;
};
