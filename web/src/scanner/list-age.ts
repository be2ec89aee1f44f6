/** How old the door's own data are, in words: of the list for phones, which nearly everybody shows. */
import { epochOf } from "../core/epochs";
import { notFresh } from "../core/lists";
import { now } from "../phone/clock";
import { clockFace, dayAndTime, say } from "../phone/page";
import { listOf } from "./list-store";
import { listTrouble } from "./lists";
import { WORDS } from "./words";

export type Age = "good" | "old" | "early" | "none";

const ours = () => {
  const today = epochOf(now());
  return listOf(1, today) ?? listOf(1, today - 1);
};

export const age = (): Age => {
  const held = ours();
  if (!held) return "none";
  const fault = notFresh(held, now());
  if (fault) return fault === "too_old" ? "old" : "early";
  return held.header.epoch === epochOf(now()) ? "good" : "old";
};

const moment = (made: number): string => (now() - made < 20 * 3600 ? clockFace(made).slice(0, 5) : dayAndTime(made));

/** 名单 09:31 更新; with the day when it is not today's. */
export const ageWords = (): string => {
  const held = ours();
  if (!held) return say(WORDS, "list_none");
  return say(WORDS, { good: "list_age", old: "list_old", early: "list_early", none: "list_none" }[age()], { time: moment(held.header.notBefore) });
};

/** Only of when it is, "" without a list: beside an answer that says itself when it is too old. */
export const madeWords = (): string => {
  const held = ours();
  return held ? say(WORDS, "list_age", { time: moment(held.header.notBefore) }) : "";
};

/** Why the newest list was not taken; "" when it was. */
export const refusedWords = (): string => {
  const code = listTrouble();
  const known = `list_${code}`;
  return code && say(WORDS, "list_refused", { why: known in WORDS ? say(WORDS, known) : say(WORDS, "list_bad", { code }) });
};
