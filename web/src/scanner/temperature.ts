import { byId } from "../phone/page";

/** Degrees, null when left empty, NaN when it is no temperature. Full-width digits of a Chinese keyboard count. */
export const temperatureTyped = (): number | null => {
  const typed = byId<HTMLInputElement>("temperature").value.trim().normalize("NFKC").replace(/[,。]/, ".");
  const degrees = Number(typed);
  return typed ? (degrees >= 34 && degrees <= 43 ? Math.round(degrees * 10) / 10 : NaN) : null;
};
