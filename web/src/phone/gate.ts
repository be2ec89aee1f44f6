/** Requests to the gate and the open API, same origin, credential in a cookie that no script can read. */

export interface Refusal {
  ok: false;
  /** HTTP status; 0 when nothing answered. */
  status: number;
  /** Stable error code of the house, "" when there was none. */
  error: string;
  message: string;
  /** details.reason, where the gate gives one: why a place code was not taken. */
  reason: string;
  /** Seconds the server asked us to wait, 0 if it did not. */
  wait: number;
}
export type Answer<T> = { ok: true; body: T; at: number } | Refusal;

const refusal = async (response: Response): Promise<Refusal> => {
  const said = (await response.json().catch(() => ({}))) as { error?: string; message?: string; details?: { reason?: string } };
  const wait = Number(response.headers.get("retry-after")) || 0;
  return { ok: false, status: response.status, error: said.error ?? "", message: said.message ?? "", reason: said.details?.reason ?? "", wait };
};

/** GET without a body, POST with one. Never throws: no network is a refusal with status 0. `at` is the local time, in
    seconds, half-way between question and answer: the moment to compare the server's clock with. `place`: the checkpoint's number;
    behind several gates everything of one place reaches the same one (docs/gate-api.md). */
export const ask = async <T>(path: string, body?: unknown, patience = 8000, place = 0): Promise<Answer<T>> => {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  const asked = Date.now();
  try {
    const headers: Record<string, string> = { "Accept-Language": document.documentElement.lang };
    if (body) headers["Content-Type"] = "application/json";
    if (place) headers["X-Ankang-Place"] = String(place);
    const response = await fetch(path, {
      method: body ? "POST" : "GET",
      headers,
      body: body ? JSON.stringify(body) : null,
      signal: stop.signal,
      cache: "no-store",
    });
    if (!response.ok) return await refusal(response);
    return { ok: true, body: (await response.json()) as T, at: (asked + Date.now()) / 2000 };
  } catch {
    return { ok: false, status: 0, error: "", message: "", reason: "", wait: 0 };
  } finally {
    clearTimeout(timer);
  }
};
