/** Sends a feed's file in pieces, with progress, stop and go on. Without this script the form posts the file as a whole.

    The form: `<form data-upload data-begin="ADDRESS">` with its texts in `data-word-*`, a file input, and inside it
    `[data-progress]` (with `progress`, `[data-pace]`, `[data-stop]`, `[data-resume]`) and `[data-fault]`. */

const PIECE = 1024 * 1024;
const LARGEST = 300 * PIECE;
const TRIES = 4;

interface Begun { batch: number; parts: string; complete: string }
interface Problem { message: string }

class Refused extends Error {}

/** One file on its way. Pieces that have arrived are never sent again. */
class Upload {
  private begun: Begun | undefined;
  private arrived = 0;
  private stopping: AbortController | undefined;
  private readonly started = { at: 0, arrived: 0 };

  constructor(private readonly form: HTMLFormElement, private readonly file: File, private readonly told: (upload: Upload) => void) {}

  get total(): number { return Math.max(1, Math.ceil(this.file.size / PIECE)); }
  get sent(): number { return Math.min(this.arrived * PIECE, this.file.size); }
  get size(): number { return this.file.size; }

  /** Bytes a second since the last start. */
  get rate(): number {
    return ((this.arrived - this.started.arrived) * PIECE * 1000) / Math.max(1, performance.now() - this.started.at);
  }

  stop(): void { this.stopping?.abort(); }

  /** Sends what is missing; the answer is where to go. Throws Refused with words, or whatever broke the connection. */
  async run(): Promise<string> {
    this.stopping = new AbortController();
    Object.assign(this.started, { at: performance.now(), arrived: this.arrived });
    this.begun ??= (await this.post(this.form.dataset["begin"] ?? "", this.opening())) as unknown as Begun;
    while (this.arrived < this.total) {
      const piece = this.file.slice(this.arrived * PIECE, (this.arrived + 1) * PIECE);
      await this.post(`${this.begun.parts}${this.arrived + 1}`, piece);
      this.arrived += 1;
      this.told(this);
    }
    const done = await this.post(this.begun.complete, JSON.stringify({ parts: this.total }));
    return String(done["address"]);
  }

  private opening(): FormData {
    const data = new FormData(this.form);
    data.delete("file");
    data.set("filename", this.file.name);
    return data;
  }

  private async post(address: string, body: BodyInit): Promise<Record<string, unknown>> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.once(address, body).catch((broken: unknown) => broken as Error);
      if (!(answer instanceof Error)) return answer;
      if (answer instanceof Refused || attempt >= TRIES || this.stopping?.signal.aborted) throw answer;
      await new Promise((wait) => setTimeout(wait, 500 * 2 ** attempt));
    }
  }

  private async once(address: string, body: BodyInit): Promise<Record<string, unknown>> {
    const token = this.form.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";
    const headers: Record<string, string> = { "X-CSRFToken": token, ...(body instanceof FormData ? {} : { "Content-Type": "application/octet-stream" }) };
    const answer = await fetch(address, { method: "POST", body, headers, signal: this.stopping?.signal ?? null });
    if (answer.status >= 500) throw new Error(String(answer.status));
    const said = (await answer.json().catch(() => ({ message: answer.statusText }))) as Record<string, unknown> & Problem;
    if (!answer.ok) throw new Refused(said.message);
    return said;
  }
}

const megabytes = (bytes: number): string => (bytes / PIECE).toFixed(1);

const enhance = (form: HTMLFormElement): void => {
  const part = <E extends HTMLElement>(name: string): E => form.querySelector<E>(name) as E;
  const [input, panel, bar, pace] = [part<HTMLInputElement>("[type=file]"), part("[data-progress]"), part<HTMLProgressElement>("[data-progress] progress"), part("[data-pace]")];
  const [stop, resume, send, fault] = [part<HTMLButtonElement>("[data-stop]"), part<HTMLButtonElement>("[data-resume]"), part<HTMLButtonElement>("[data-send]"), part("[data-fault]")];
  let upload: Upload | undefined;

  const word = (name: string): string => form.dataset[`word${name}`] ?? "";

  const show = ({ sent, size, rate }: Upload): void => {
    bar.value = size ? (100 * sent) / size : 100;
    const left = rate > 0 ? Math.ceil((size - sent) / rate) : 0;
    const values: Record<string, string> = { done: megabytes(sent), total: megabytes(size), rate: megabytes(rate), left: String(left) };
    pace.textContent = !sent ? "" : sent >= size ? word("Checking") : word("Rate").replace(/\{(\w+)\}/g, (_whole, name: string) => values[name] ?? "");
  };

  const say = (words: string): void => {
    fault.hidden = !words;
    fault.textContent = words;
  };

  const stand = (running: boolean, again: boolean): void => {
    [stop.hidden, resume.hidden, send.hidden] = [!running, !again, running || again];
  };

  const go = async (now: Upload): Promise<void> => {
    say("");
    panel.hidden = false;
    stand(true, false);
    show(now);
    try {
      location.assign(await now.run());
    } catch (problem) {
      const refused = problem instanceof Refused;
      const stopped = problem instanceof DOMException && problem.name === "AbortError";
      stand(false, !refused);
      panel.hidden = refused;
      say(refused ? problem.message : word(stopped ? "Stopped" : "Broken"));
    }
  };

  form.addEventListener("submit", (event) => {
    const file = input.files?.[0];
    event.preventDefault();
    if (!file) return say(word("Empty"));
    if (!file.size) return say(word("Hollow"));
    if (file.size > LARGEST) return say(word("Large"));
    upload = new Upload(form, file, show);
    void go(upload);
  });
  stop.addEventListener("click", () => upload?.stop());
  resume.addEventListener("click", () => upload && void go(upload));
  input.addEventListener("change", () => {
    say("");
    panel.hidden = true;
    stand(false, false);
  });
  acceptDrops(part("[data-drop]"), input);
};

const acceptDrops = (zone: HTMLElement, input: HTMLInputElement): void => {
  zone.querySelectorAll<HTMLElement>("[data-drop-hint]").forEach((hint) => (hint.hidden = false));
  const over = (event: DragEvent): void => {
    event.preventDefault();
    zone.classList.toggle("send__file--over", event.type === "dragover");
  };
  zone.addEventListener("dragover", over);
  zone.addEventListener("dragleave", over);
  zone.addEventListener("drop", (event) => {
    over(event);
    if (!event.dataTransfer?.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change"));
  });
};

document.querySelectorAll<HTMLFormElement>("form[data-upload]").forEach(enhance);
