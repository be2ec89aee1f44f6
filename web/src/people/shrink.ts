/** Makes chosen pictures small enough before a form is sent: JPEG, longest side 2000 px, at most 600 kB. Without scripts the form says the limit. */

export const LIMIT = 600_000;
const SIDE = 2000;
const QUALITIES = [0.85, 0.7, 0.55, 0.4];

/** Width and height whose longest side is at most `side`. */
export function fitted(width: number, height: number, side: number): [number, number] {
  const share = Math.min(1, side / Math.max(width, height));
  return [Math.max(1, Math.round(width * share)), Math.max(1, Math.round(height * share))];
}

/** The sides and qualities to try, best first: falling quality, then half the side. */
export function attempts(): { side: number; quality: number }[] {
  return [SIDE, SIDE / 2].flatMap((side) => QUALITIES.map((quality) => ({ side, quality })));
}

const jpegOf = (canvas: HTMLCanvasElement, quality: number) => new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", quality));

function drawn(image: ImageBitmap, side: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = fitted(image.width, image.height, side);
  const pen = canvas.getContext("2d")!;
  pen.fillStyle = "#fff"; // what a PNG leaves open is paper
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** The file as it is when it is small or no picture we can read; else its first attempt below the limit. */
async function shrunk(file: File): Promise<File> {
  if (file.size <= LIMIT || !/^image\/(jpeg|png)$/.test(file.type)) return file;
  const image = await createImageBitmap(file);
  try {
    for (const { side, quality } of attempts()) {
      const made = await jpegOf(drawn(image, side), quality);
      if (made && made.size <= LIMIT) return new File([made], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
    }
  } finally {
    image.close();
  }
  return file;
}

/** Replaces the chosen files in place; a form that is sent meanwhile waits for them. */
function watch(input: HTMLInputElement): void {
  let work: Promise<void> | null = null;
  input.addEventListener("change", () => {
    const mine: Promise<void> = Promise.all(Array.from(input.files ?? [], (file) => shrunk(file).catch(() => file))).then((files) => {
      if (work !== mine) return; // other files were chosen meanwhile
      const list = new DataTransfer();
      files.forEach((file) => list.items.add(file));
      input.files = list.files;
    }).catch(() => undefined).then(() => { if (work === mine) work = null; });
    work = mine;
  });
  input.form?.addEventListener("submit", (event) => {
    if (!work) return;
    event.preventDefault();
    const { form } = input, { submitter } = event;
    const send = (): void => {
      if (work) void work.then(send);
      else if (form?.requestSubmit) form.requestSubmit(submitter as HTMLElement | null);
      else form?.submit(); // Safari before 16
    };
    send();
  });
}

if (typeof document !== "undefined") document.querySelectorAll<HTMLInputElement>("input[type=file][name=pictures]").forEach(watch);
