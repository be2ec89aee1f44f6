/** What a house offers of one chain of lists, and the way from what a scanner holds to the newest (docs/list-format.md §6). */
export interface Named {
  file: string;
  bytes: number;
}
export interface Delta extends Named {
  from: number;
  to: number;
}
export interface Offer {
  issuer: number;
  epoch: number;
  kind: number;
  sequence: number;
  list: (Named & { sequence: number }) | null;
  deltas: Delta[];
}

/** Whether to fetch the whole list, and then which deltas, in order. */
export interface Way {
  list: boolean;
  deltas: Delta[];
}

const weight = (files: Named[]): number => files.reduce((n, { bytes }) => n + bytes, 0);

/** The deltas that lead from one sequence to the newest; undefined when a link is missing. */
const leadOn = ({ deltas, sequence }: Offer, from: number): Delta[] | undefined => {
  const way: Delta[] = [];
  for (let at = from; at < sequence;) {
    const next = deltas.find((one) => one.from === at && one.to > at);
    if (!next) return undefined;
    way.push(next);
    at = next.to;
  }
  return way;
};

/** The lighter way to the newest of those that lead there; undefined when none does: a scanner is only told of deltas later than what it
    holds, and the whole list may be older than that. `held`: the sequence it holds, 0 for none. */
export const wayTo = (offer: Offer, held: number): Way | undefined => {
  const onwards = held ? leadOn(offer, held) : undefined;
  const after = offer.list ? leadOn(offer, offer.list.sequence) : undefined;
  if (onwards && (!after || weight(onwards) <= offer.list!.bytes + weight(after))) return { list: false, deltas: onwards };
  return after && { list: true, deltas: after };
};
