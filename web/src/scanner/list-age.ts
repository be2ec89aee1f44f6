/** How old the door's own data are, in words: of the lists for phones, which nearly everybody shows; and of the place's policy. */
import { epochOf } from "../core/epochs";
import { PHONES, WITHDRAWN_PASSES } from "../core/list-file";
import { notFresh } from "../core/lists";
import type { Held } from "../core/lists";
import { now } from "../phone/clock";
import { clockFace, dayAndTime, say } from "../phone/page";
import { noteLists } from "../phone/report";
import { policyNow, theDoor } from "./door";
import { listOf } from "./list-store";
import { listTrouble } from "./lists";
import { WORDS } from "./words";

/** Good: as new as a network makes it. Aged: still answers, and everybody is told how old it is. Old: nobody can be verified. */
export type Age = "good" | "aged" | "old" | "early" | "none";

/** With a network a list is a minute old; after so many seconds the door says its age. */
const AGED = 1800;

/** Of colours and withdrawals the older one: both are asked. */
const ours = (): Held | undefined => {
  const both = (epoch: number): Held | undefined => {
    const [colours, withdrawals] = [listOf(PHONES, epoch), listOf(WITHDRAWN_PASSES, epoch)];
    return colours && withdrawals && (withdrawals.header.notBefore < colours.header.notBefore ? withdrawals : colours);
  };
  const today = epochOf(now());
  return both(today) ?? both(today - 1);
};

export const age = (): Age => {
  const held = ours();
  if (!held) return "none";
  const fault = notFresh(held, now());
  if (fault) return fault === "too_old" ? "old" : "early";
  if (held.header.epoch !== epochOf(now())) return "old";
  return now() - held.header.notBefore < AGED ? "good" : "aged";
};

const moment = (made: number): string => (now() - made < 20 * 3600 ? clockFace(made).slice(0, 5) : dayAndTime(made));

/** 3 小时 12 分 */
const lasting = (seconds: number): string => {
  const minutes = Math.max(0, Math.floor(seconds / 60));
  return say(WORDS, minutes < 60 ? "minutes" : "hours", { h: Math.floor(minutes / 60), m: minutes % 60 });
};

const values = ({ header }: Held) => ({ time: moment(header.notBefore), old: lasting(now() - header.notBefore) });

/** 名单 09:31 更新; after half an hour also how old it is. */
export const ageWords = (): string => {
  const held = ours();
  noteLists(held?.header.notBefore ?? 0);
  return held ? say(WORDS, `list_${age()}`, values(held)) : say(WORDS, "list_none");
};

/** Only of when it is, "" without a list: beside an answer that says itself when it is too old. */
export const madeWords = (): string => {
  const held = ours();
  return held ? say(WORDS, age() === "good" ? "list_good" : "list_aged", values(held)) : "";
};

/** What the banner says without a network. */
export const offlineWords = (): string => {
  const [held, of] = [ours(), age()];
  if (of === "good") return say(WORDS, "offline_long");
  return of === "aged" && held ? say(WORDS, "offline_aged", values(held)) : say(WORDS, "offline_blind");
};

/** Whose rule the door follows by itself: version, and when it heard of it. */
export const policyWords = (): string => {
  const { version, mask } = policyNow();
  const { policyAt } = theDoor();
  if (!policyAt) return "";
  const known = version < 0 ? "" : say(WORDS, "policy_version", { n: version });
  return say(WORDS, "policy", { version: known, time: moment(policyAt) }) + (mask ? say(WORDS, "policy_mask") : "");
};

/** Why the newest list was not taken; "" when it was. */
export const refusedWords = (): string => {
  const code = listTrouble();
  const known = `list_${code}`;
  return code && say(WORDS, "list_refused", { why: known in WORDS ? say(WORDS, known) : say(WORDS, "list_bad", { code }) });
};
