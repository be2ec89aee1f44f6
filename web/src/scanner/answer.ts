/** The answer on the whole screen: ground, shape, word, name, colour, reason. */
import { byId, drawShape, put, say, show } from "../phone/page";
import type { Result } from "./verify";
import { WORDS } from "./words";

/** Admitted: the code's colour. Referred: grey. Refused: the code's colour if that is why; never green. */
const ground = ({ verdict, colour }: Result): string => {
  if (verdict === "refer") return "grey";
  return verdict === "admit" || colour === "yellow" || colour === "red" ? colour : "ink";
};

/** `age`: how old the door's own data are, when it judged by itself. */
export const paintAnswer = (shown: Result, age: string): void => {
  const { verdict, reason, colour, name, offline, detail, company } = shown;
  document.body.dataset["colour"] = ground(shown);
  drawShape("answer_shape", verdict === "admit" ? colour : verdict === "deny" ? "red" : "grey");
  put("answer_word", say(WORDS, reason === "stale" ? "cannot" : verdict));
  byId("answer_word").classList.toggle("answer__word--long", reason === "stale");
  put("answer_name", name);
  drawShape("answer_colour", colour);
  byId("answer_colour").parentElement!.dataset["colour"] = colour;
  put("answer_colour_word", say(WORDS, colour));
  show("answer_chip", colour !== "grey" || reason === "colour");
  const why = detail && reason === "stale" ? `stale_${detail}` : reason;
  put("answer_why", say(WORDS, why in WORDS ? why : reason in WORDS ? reason : "error"));
  byId("answer_company").replaceChildren(...(company ?? []).map((one) => {
    const line = document.createElement("li");
    line.dataset["verdict"] = one.verdict;
    line.textContent = `${one.name || "—"} · ${say(WORDS, one.colour)} · ${say(WORDS, one.verdict)}`;
    return line;
  }));
  show("answer_company", !!company);
  put("answer_offline", offline ? say(WORDS, "checked_offline") + (age && ` · ${age}`) : "");
  show("answer_offline", offline);
};
