/** How many people this device admitted, refused and referred today. Kept on the device, begun anew at 04:00. */
import { epochOf } from "../core/epochs";
import type { Verdict } from "../core/offline";
import { now } from "../phone/clock";
import { put } from "../phone/page";

interface Counts {
  epoch: number;
  admit: number;
  deny: number;
  refer: number;
}
const KEY = "ankang.counts";

const counts = (): Counts => {
  const epoch = epochOf(now());
  const kept = JSON.parse(localStorage.getItem(KEY) ?? "null") as Counts | null;
  return kept?.epoch === epoch ? kept : { epoch, admit: 0, deny: 0, refer: 0 };
};

export const countOne = (verdict: Verdict): void => {
  const today = counts();
  today[verdict]++;
  localStorage.setItem(KEY, JSON.stringify(today));
};

export const paintCounts = (): void => {
  const today = counts();
  for (const verdict of ["admit", "deny", "refer"] as const) put("n_" + verdict, String(today[verdict]));
};
