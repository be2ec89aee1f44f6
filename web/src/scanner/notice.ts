/** Words in place of the desk, while the device has no door. */
import { byId, put, say, show } from "../phone/page";
import { WORDS } from "./words";

export type Notice = "loading" | "unpaired" | "pairing" | "pair_failed" | "pair_offline" | "revoked" | "no_checkpoint";

const HEADINGS: Record<Notice, string> = {
  loading: "loading", unpaired: "unpaired_title", pairing: "pairing", pair_failed: "pair_failed_title", pair_offline: "pair_failed_title",
  revoked: "revoked_title", no_checkpoint: "no_checkpoint_title",
};
const w = (key: string): string => say(WORDS, key);

/** `text`: the server's own words, "" for ours; `fault`: the key of what was wrong with what was typed. */
export const paintNotice = (kind: Notice, { text, fault }: { text: string; fault: string }): void => {
  const asks = kind === "unpaired" || kind === "revoked" || kind === "pair_failed";
  const chooses = kind === "no_checkpoint";
  put("notice_title", w(HEADINGS[kind]));
  put("notice_text", kind === "loading" || kind === "pairing" ? "" : text || w(kind + "_text"));
  put("notice_fault", fault && w(fault));
  show("notice_fault", !!fault);
  show("notice_ask", asks || chooses);
  put("notice_label", w(chooses ? "checkpoint_label" : "pairing_label"));
  byId<HTMLInputElement>("notice_input").inputMode = chooses ? "numeric" : "text";
  put("notice_do", w(chooses ? "choose" : "pair"));
  show("notice_do", asks || chooses || kind === "pair_offline");
};
