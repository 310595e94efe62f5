/** What goes over the wire: a person's deeds to the sandbox, its events back, and the providers' controls. */

const TELEGRAM = "/sandbox/telegram";
const PROVIDERS = "/sandbox/providers";
const RETRY_MS = 1000;

/** The sandbox's own words for why it refused. */
export class WireError extends Error {}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new WireError("The sandbox does not answer. Is it still running?");
  }
  const reply = await response.json().catch(() => ({}));
  if (!response.ok) throw new WireError(reply.error || `The sandbox answered ${response.status}.`);
  return reply;
}

function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  return ask(path, { method: "POST", headers, body: JSON.stringify(body) });
}

/** A person's deed: telegram("message", {chat_id, user_id, text}). Refusals throw WireError. */
export function telegram(op, body = {}) {
  return post(`${TELEGRAM}/${op}`, body);
}

/** Send a file as a person: {chat_id, user_id, caption, file}. */
export function upload(fields) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) form.append(name, value);
  return ask(`${TELEGRAM}/upload`, { method: "POST", body: form });
}

export function fileUrl(fileId) {
  return `${TELEGRAM}/file/${encodeURIComponent(fileId)}`;
}

/** The provider sites as the panel shows them. */
export async function sites() {
  return (await ask(PROVIDERS)).sites;
}

/** One control of a provider site: control("smsbower", "sms", {id, in_seconds: 0}). */
export function control(site, op, body) {
  return post(`${PROVIDERS}/${encodeURIComponent(site)}/${op}`, body);
}

/**
 * Follow the sandbox: the whole state first, then every event after it, for ever.
 * After a lost connection the state is fetched anew, so nothing is missed and nothing comes twice.
 */
export class Feed {
  constructor({ onState, onEvent, onOnline }) {
    Object.assign(this, { onState, onEvent, onOnline, seq: 0, waiting: null, fetched: Promise.resolve() });
    this.connect();
  }

  connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.socket = new WebSocket(`${scheme}://${location.host}${TELEGRAM}/events`);
    this.socket.onopen = () => this.refresh().then(() => this.onOnline(true));
    this.socket.onmessage = ({ data }) => this.take(JSON.parse(data));
    this.socket.onclose = () => {
      this.onOnline(false);
      setTimeout(() => this.connect(), RETRY_MS);
    };
  }

  /** Fetch the whole state, one fetch after another; where that fails, the line is opened anew. */
  refresh() {
    this.fetched = this.fetched.then(() => this.fetch()).catch(() => this.socket.close());
    return this.fetched;
  }

  /** Events that arrive while the state is under way are kept and applied after it. */
  async fetch() {
    this.waiting ??= [];
    const state = await telegram("state");
    this.seq = state.seq;
    this.onState(state);
    const kept = this.waiting;
    this.waiting = null;
    for (const event of kept) this.take(event);
  }

  take(event) {
    if (this.waiting) return void this.waiting.push(event);
    if (event.seq <= this.seq) return;
    this.seq = event.seq;
    this.onEvent(event);
  }
}
