/** Scans decided without a network wait here, in IndexedDB, until the gate has them. A scan keeps its nonce, so it is stored once. */
import { createStore, delMany, set, update, values, get } from "idb-keyval";
import { ask } from "../phone/gate";

export interface QueuedScan {
  code: string;
  checkpoint: number;
  direction: "entry" | "exit";
  temperature: number | null;
  nonce: string;
  /** Unix seconds, corrected by the server's clock as last heard. */
  at: number;
  verdict: string;
  reason: string;
}
interface Results {
  results: { nonce: string; visit: string | null; status: "recorded" | "duplicate" | "rejected"; reason: string; message?: string }[];
}

const BATCH = 100;
const scans = createStore("ankang-scans", "waiting");
const tally = createStore("ankang-tally", "numbers");

export const enqueue = (scan: QueuedScan): Promise<void> => set(scan.nonce, scan, scans);

export const waiting = async (): Promise<number> => (await values(scans)).length;

export const rejected = async (): Promise<number> => (await get<number>("rejected", tally)) ?? 0;

/** What the gate said of the first scan it rejected in the last upload with one, "" when it gave no words. */
export const whyRejected = async (): Promise<string> => (await get<string>("why", tally)) ?? "";

/** `turnedDown`: the words the gate gave for each scan that it did not take. */
const settle = async (nonces: string[], turnedDown: string[]): Promise<void> => {
  await delMany(nonces, scans);
  if (!turnedDown.length) return;
  await update<number>("rejected", (n = 0) => n + turnedDown.length, tally);
  await set("why", turnedDown.find(Boolean) ?? "", tally);
};

/** A rejected scan is news only when it was not stored at all, or when this door had let the person in. */
const isTrouble = ({ nonce, visit, status }: Results["results"][number], batch: QueuedScan[]): boolean =>
  status === "rejected" && (!visit || batch.find((scan) => scan.nonce === nonce)?.verdict === "admit");

/** Sends one batch; a batch that the gate cannot read is halved until the one bad scan is found and counted as rejected. */
const send = async (batch: QueuedScan[]): Promise<boolean> => {
  const answer = await ask<Results>("/g/v1/visits", { scans: batch }, 20000, batch[0]!.checkpoint);
  if (answer.ok) {
    const { results } = answer.body;
    await settle(results.map(({ nonce }) => nonce), results.filter((result) => isTrouble(result, batch)).map(({ message }) => message ?? ""));
    return results.length > 0;
  }
  if (![400, 413, 422].includes(answer.status)) return false;
  if (batch.length === 1) return settle([batch[0]!.nonce], [answer.message]).then(() => true);
  const half = batch.length >> 1;
  return (await send(batch.slice(0, half))) && send(batch.slice(half));
};

let draining = false;

/** Uploads what waits, oldest first, until nothing is left or the network goes. One tab at a time, where browsers can say so. */
export const drain = async (): Promise<void> => {
  if (draining) return;
  draining = true;
  try {
    await (navigator.locks?.request("ankang-drain", { ifAvailable: true }, (lock) => (lock ? drainAll() : undefined)) ?? drainAll());
  } finally {
    draining = false;
  }
};

const drainAll = async (): Promise<void> => {
  for (;;) {
    const all = (await values<QueuedScan>(scans)).sort((a, b) => a.at - b.at);
    if (!all.length || !(await send(all.slice(0, BATCH)))) return;
  }
};
