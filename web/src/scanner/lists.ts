/** Fetches the lists while there is a network: deltas onto what is held, else the whole list. All files are signed; nothing else is trusted. */
import { epochOf } from "../core/epochs";
import { ListFault } from "../core/golomb";
import { PHONES, SHEETS, WITHDRAWN_PASSES, WITHDRAWN_SHEETS } from "../core/list-file";
import { checkMark, takeDelta, takeList } from "../core/lists";
import type { Held, Terms } from "../core/lists";
import { wayTo } from "../core/offers";
import type { Delta, Offer } from "../core/offers";
import { now } from "../phone/clock";
import { ask } from "../phone/gate";
import { change, refreshKeys, theDoor } from "./door";
import { forgetBefore, keepList, listOf, markFor } from "./list-store";

const PATIENCE = 20000;
const NAME = /^\d+(-\d+)?\.ak[ld]$/;

/** Why the newest list was not taken, "" when it was or when there was none; for the staff. */
let trouble = "";
export const listTrouble = (): string => trouble;

const fetchFile = async ({ issuer, epoch, kind }: Offer, name: string): Promise<Uint8Array> => {
  if (!NAME.test(name)) throw new ListFault("not_a_list");
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const response = await fetch(`/lists/${issuer}/${epoch}/${kind}/${name}`, { signal: stop.signal });
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } finally {
    clearTimeout(timer);
  }
};

const breathe = (): Promise<void> => new Promise((go) => setTimeout(go));

const apply = async (from: Held, deltas: Delta[], offer: Offer, terms: Terms): Promise<Held> => {
  let held = from;
  for (const { file } of deltas) {
    const data = await fetchFile(offer, file);
    await breathe();
    held = takeDelta(held, data, terms);
  }
  return held;
};

/** The full list is of the last hour, and may be older than what was held before it was lost; with its deltas it must not be. */
const afresh = async (offer: Offer, deltas: Delta[], terms: Terms): Promise<Held> => {
  const data = await fetchFile(offer, offer.list!.file);
  await breathe();
  const held = await apply(takeList(data, terms), deltas, offer, terms);
  const mark = markFor(terms.indices, terms.epoch);
  if (mark) checkMark(held.header, mark);
  return held;
};

const heldOf = ({ kind, epoch }: Offer): Held | undefined => listOf(kind, epoch);
const isTold = (offer: Offer): boolean => {
  const held = heldOf(offer)?.header.sequence ?? 0;
  return held >= offer.sequence || !!wayTo(offer, held);
};

/** Along the lighter way; by the list also when the deltas turn out not to fit. */
const take = async (offer: Offer, terms: Terms): Promise<Held | undefined> => {
  const held = heldOf(offer);
  if (held && held.header.sequence >= offer.sequence) return undefined;
  const way = wayTo(offer, held?.header.sequence ?? 0);
  if (held && way && !way.list) {
    try {
      return await apply(held, way.deltas, offer, terms);
    } catch (fault) {
      if (!(fault instanceof ListFault)) throw fault;
    }
  }
  const whole = wayTo(offer, 0);
  if (!whole && held && offer.list) throw new ListFault("wrong_base");
  return whole && afresh(offer, whole.deltas, terms);
};

const isOffer = (offer: Offer): boolean =>
  [offer.issuer, offer.epoch, offer.kind, offer.sequence].every(Number.isInteger) && Array.isArray(offer.deltas) && offer.kind >= PHONES && offer.kind <= WITHDRAWN_SHEETS;

/** The province is that of the first list taken after pairing; later ones of another are refused. */
const takeOffer = async (offer: Offer): Promise<void> => {
  const { issuer, keys } = theDoor();
  if (issuer && offer.issuer !== issuer) throw new ListFault("other_issuer");
  const taken = await take(offer, { issuer: offer.issuer, epoch: offer.epoch, indices: offer.kind, keys });
  if (!taken) return;
  if (!issuer) change({ issuer: offer.issuer });
  await keepList(taken);
};

/** What we hold of the running epoch, so that only later deltas are named: the least of all kinds. */
const known = (today: number): string => {
  const held = [PHONES, SHEETS, WITHDRAWN_PASSES, WITHDRAWN_SHEETS].map((kind) => listOf(kind, today)?.header.sequence ?? 0);
  const least = Math.min(...held);
  return least ? `?after=${today}:${least}` : "";
};

const offered = async (after: string): Promise<Offer[] | undefined> => {
  const answer = await ask<{ lists: Offer[] }>("/g/v1/lists" + after);
  return answer.ok ? answer.body.lists.filter(isOffer) : undefined;
};

let fetching = false;

/** Brings the lists of the running and the next epoch up to date. Never throws; without a network nothing changes. */
export const refreshLists = async (): Promise<void> => {
  if (fetching) return;
  fetching = true;
  try {
    const today = epochOf(now());
    const ours = ({ epoch }: Offer): boolean => epoch === today || epoch === today + 1;
    let offers = await offered(trouble ? "" : known(today));
    if (offers && !offers.filter(ours).every(isTold)) offers = await offered("");
    if (!offers) return;
    trouble = "";
    for (const offer of offers.filter(ours)) await takeOffer(offer).catch(explain);
    await forgetBefore(today - 1);
  } finally {
    fetching = false;
  }
};

/** No network is no trouble: what is held goes on, and says how old it is. */
const explain = async (fault: unknown): Promise<void> => {
  if (!(fault instanceof ListFault)) return;
  trouble = fault.detail;
  if (fault.detail === "unknown_key") await refreshKeys();
};
