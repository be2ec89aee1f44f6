/** Passkeys of staff: asks the browser for one and puts the answer into the form. Without a script the forms stay hidden. */
type Json = Record<string, unknown>;

const bytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));

function text(buffer: ArrayBuffer | null): string | null {
  if (!buffer) return null;
  return btoa(Array.from(new Uint8Array(buffer), (one) => String.fromCharCode(one)).join("")).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

interface Named { id: string; [name: string]: unknown }
const named = (list: unknown): Json[] => ((list as Named[] | undefined) ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

async function create(options: Json): Promise<Json> {
  const asked = options["publicKey"] as Json;
  const user = asked["user"] as Named;
  const publicKey = { ...asked, challenge: bytes(asked["challenge"] as string), user: { ...user, id: bytes(user.id) }, excludeCredentials: named(asked["excludeCredentials"]) };
  const made = (await navigator.credentials.create({ publicKey: publicKey as unknown as PublicKeyCredentialCreationOptions })) as PublicKeyCredential;
  const answer = made.response as AuthenticatorAttestationResponse;
  return { ...common(made), response: { clientDataJSON: text(answer.clientDataJSON), attestationObject: text(answer.attestationObject), transports: answer.getTransports?.() ?? [] } };
}

async function get(options: Json): Promise<Json> {
  const asked = options["publicKey"] as Json;
  const publicKey = { ...asked, challenge: bytes(asked["challenge"] as string), allowCredentials: named(asked["allowCredentials"]) };
  const made = (await navigator.credentials.get({ publicKey: publicKey as unknown as PublicKeyCredentialRequestOptions })) as PublicKeyCredential;
  const answer = made.response as AuthenticatorAssertionResponse;
  return {
    ...common(made),
    response: { clientDataJSON: text(answer.clientDataJSON), authenticatorData: text(answer.authenticatorData), signature: text(answer.signature), userHandle: text(answer.userHandle) },
  };
}

const common = (made: PublicKeyCredential): Json => ({
  id: made.id, rawId: text(made.rawId), type: made.type, authenticatorAttachment: made.authenticatorAttachment, clientExtensionResults: made.getClientExtensionResults(),
});

/** The options lie in the page; the sign-in page asks for fresh ones, so that an open page does not grow stale. */
async function optionsOf(form: HTMLFormElement): Promise<Json> {
  if (form.dataset["passkey"] === "login") {
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    return ((await answer.json()) as Json)["request_options"] as Json;
  }
  const page = JSON.parse(document.getElementById("passkey-options")?.textContent ?? "{}") as Json;
  return (page["creation_options"] ?? page["request_options"]) as Json;
}

async function run(form: HTMLFormElement): Promise<void> {
  const fault = form.querySelector<HTMLElement>("[data-passkey-fault]");
  if (fault) fault.hidden = true;
  try {
    const options = await optionsOf(form);
    const credential = form.dataset["passkey"] === "create" ? await create(options) : await get(options);
    (form.elements.namedItem("credential") as HTMLInputElement).value = JSON.stringify(credential);
    form.submit();
  } catch {
    if (fault) fault.hidden = false;
  }
}

if ("PublicKeyCredential" in window) {
  document.querySelectorAll<HTMLElement>("[data-passkey], [data-needs-passkey]").forEach((one) => { one.hidden = false; });
  document.querySelectorAll<HTMLFormElement>("form[data-passkey]").forEach((form) => {
    form.querySelector("button")?.addEventListener("click", () => void run(form));
  });
}
