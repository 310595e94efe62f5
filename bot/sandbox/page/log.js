/** The drawer with the Bot API calls as the bot makes them, newest last; closed until one asks for it. */

import { el, icon } from "/page/dom.js";
import { attempt } from "/page/dialogs.js";
import { telegram } from "/page/wire.js";

const KEPT = 300;
const NEAR_PX = 40;
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

export class Log extends EventTarget {
  constructor({ world }) {
    super();
    this.box = document.getElementById("log");
    this.seq = 0;
    this.meanwhile = null;
    this.list = el("ol", { class: "calls" });
    this.polls = el("input", { type: "checkbox", testid: "log-polls" });
    this.polls.addEventListener("change", () => this.list.classList.toggle("with-polls", this.polls.checked));
    const close = el("button", { class: "round", label: "Close the log", onclick: () => this.toggle(false) }, icon("close"));
    this.box.append(el("header", {}, el("h2", {}, "Bot API log"), el("label", { class: "tick" }, this.polls, "getUpdates too"), close), this.list);
    world.on("call", (entry) => { if (this.isOpen) this.hear(entry); });
  }

  get isOpen() {
    return !this.box.hidden;
  }

  on(type, take) {
    this.addEventListener(type, take);
  }

  toggle(wanted = !this.isOpen) {
    this.box.hidden = !wanted;
    this.dispatchEvent(new Event("toggled"));
    if (wanted) attempt(() => this.fetch());
  }

  /** What was missed; calls that are made meanwhile come after it, or they would hide it. */
  async fetch() {
    this.meanwhile = [];
    try {
      const { calls } = await telegram("calls", { since: this.seq });
      for (const entry of calls.slice(-KEPT)) this.add(entry);
    } finally {
      for (const entry of this.meanwhile) this.add(entry);
      this.meanwhile = null;
    }
    this.list.scrollTop = this.list.scrollHeight;
  }

  hear(entry) {
    if (this.meanwhile) this.meanwhile.push(entry);
    else this.add(entry);
  }

  add(entry) {
    if (entry.seq <= this.seq) return;
    this.seq = entry.seq;
    const { scrollTop, scrollHeight, clientHeight } = this.list;
    const atEnd = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    this.list.append(line(entry));
    if (this.list.children.length > KEPT) this.list.firstChild.remove();
    if (atEnd) this.list.scrollTop = this.list.scrollHeight;
  }
}

function line(entry) {
  const outcome = entry.ok ? el("span", { class: "ok" }, "ok") : el("span", { class: "bad" }, String(entry.error ?? "error"));
  const words = el("summary", {}, el("time", {}, CLOCK.format(new Date(entry.at * 1000))), el("b", {}, entry.method), outcome, el("span", { class: "call-short" }, short(entry.params)));
  const whole = el("pre", {});
  const details = el("details", {}, words, whole);
  details.addEventListener("toggle", () => { whole.textContent = JSON.stringify(entry.params, null, 2); });
  return el("li", { testid: "call", class: entry.method === "getUpdates" ? "poll" : "", data: { method: entry.method } }, details);
}

function short(params) {
  const parts = Object.entries(params ?? {}).map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  return parts.join("  ").slice(0, 160);
}
