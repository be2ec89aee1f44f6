/** How this machine is, for the console (docs/device-contract.md §2): once a minute, and at once when the network is back. */
import { uuid } from "../core/bytes";
import { ask } from "./gate";

declare const BUILD: string;
const MACHINE = "ankang.machine";
const LISTS_MADE = "ankang.made";
/** Seconds until the next report when the gate says nothing else, and the least and most of what it may say. */
const USUAL = 60;
const MOST = 300;

export interface State {
  paired: boolean;
  /** Number of the checkpoint, 0 when none is known: behind several gates its own one is asked. */
  place: number;
  mode: "online" | "offline" | "stopped";
  queue: number;
  /** Codes of the contract: camera_refused, list_rollback, … */
  faults: string[];
}

/** The name of this browser for good: the scanner, the group list and the screen in it are one machine. */
const machine = (): string => {
  const known = localStorage.getItem(MACHINE) ?? `web-${uuid()}`;
  localStorage.setItem(MACHINE, known);
  return known;
};

/** When the lists that this machine holds were made, unix seconds by the server's clock; 0 when it holds none. */
export const noteLists = (made: number): void => {
  const text = String(made);
  if (localStorage.getItem(LISTS_MADE) !== text) localStorage.setItem(LISTS_MADE, text);
};

/** The body of a report; `at` is the machine's own clock, uncorrected, so that the gate can say how far it is off. */
export const reportOf = (page: string, { mode, queue, faults }: State, at: number, ahead: number): object => {
  const made = Number(localStorage.getItem(LISTS_MADE)) || 0;
  const age = made && Math.max(0, Math.floor(at + ahead - made));
  return { hardware: machine(), at, version: `${page} ${BUILD}`, mode, queue, list_age: made ? age : null, faults: [...new Set(faults)].slice(0, 8) };
};

let timer = 0;

/** Reports for good; `state` is asked each time, `ahead` is how far the server's clock is ahead of ours. Never throws. */
export const keepReporting = (page: string, state: () => Promise<State>, ahead: () => number): void => {
  const report = async (): Promise<void> => {
    clearTimeout(timer);
    let wait = USUAL;
    const now = await state();
    if (now.paired) {
      const answer = await ask<{ again?: number }>("/g/v1/report", reportOf(page, now, Date.now() / 1000, ahead()), undefined, now.place);
      if (answer.ok) wait = Math.min(MOST, Math.max(USUAL, Number(answer.body.again) || USUAL));
    }
    clearTimeout(timer);
    timer = window.setTimeout(() => void report(), wait * 1000);
  };
  addEventListener("online", () => void report());
  timer = window.setTimeout(() => void report(), 3000);
};
