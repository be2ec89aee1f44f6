/** The answer on the whole screen: ground, shape, word, name, colour, reason. */
import { byId, drawShape, put, say, show } from "../phone/page";
import type { Result } from "./verify";
import { WORDS } from "./words";

/** Admitted: the code's colour. Referred: grey. Refused: the code's colour if that is why; never green. */
const ground = ({ verdict, colour }: Result): string => {
  if (verdict === "refer") return "grey";
  return verdict === "admit" || colour === "yellow" || colour === "red" ? colour : "ink";
};

export const paintAnswer = (shown: Result): void => {
  const { verdict, reason, colour, name, offline } = shown;
  document.body.dataset["colour"] = ground(shown);
  drawShape("answer_shape", verdict === "admit" ? colour : verdict === "deny" ? "red" : "grey");
  put("answer_word", say(WORDS, verdict));
  put("answer_name", name);
  drawShape("answer_colour", colour);
  byId("answer_colour").parentElement!.dataset["colour"] = colour;
  put("answer_colour_word", say(WORDS, colour));
  show("answer_chip", colour !== "grey" || reason === "colour");
  put("answer_why", say(WORDS, reason in WORDS ? reason : "error"));
  show("answer_offline", offline);
};
