/** The numbers a site sold, newest first, and the way to let their code arrive. */

import { el } from "/page/dom.js";

const SHOWN = 8;

export class Numbers {
  constructor(act) {
    Object.assign(this, { act, rows: new Map(), shown: SHOWN });
    this.list = el("ul", { class: "sold" });
    this.none = el("small", {}, "None yet: buy one in the chat.");
    this.more = el("button", { class: "small", type: "button", hidden: true, onclick: () => { this.shown = Infinity; this.more.hidden = true; } }, "Show all");
    this.node = el("section", { class: "part" }, el("h3", {}, "Sold numbers"), this.none, this.list, this.more);
  }

  /** `forwards` is where the calls of a number go to, by its id. */
  update(numbers, currency, forwards = {}) {
    const sorted = [...numbers].sort((one, other) => other.sold_at - one.sold_at);
    const rows = sorted.slice(0, this.shown).map((number) => this.row(number, currency, forwards[number.id]));
    this.none.hidden = rows.length > 0;
    this.more.hidden = sorted.length <= this.shown;
    if (rows.some((row, at) => this.list.children[at] !== row) || this.list.children.length !== rows.length) this.list.replaceChildren(...rows);
  }

  row(number, currency, forward) {
    if (!this.rows.has(number.id)) this.rows.set(number.id, new SoldNumber(number, this.act));
    const row = this.rows.get(number.id);
    row.update(number, currency, forward);
    return row.node;
  }
}

class SoldNumber {
  constructor(number, act) {
    this.id = number.id;
    this.act = act;
    this.state = el("span", { class: "state" });
    this.about = el("small", {});
    this.texts = el("ul", { class: "texts" });
    this.node = el("li", { testid: "number", data: { phone: number.phone } }, el("div", { class: "row" }, el("b", {}, `+${number.phone.replace(/^\+/, "")}`), this.state), this.about, this.texts, this.controls());
  }

  controls() {
    this.words = el("input", { testid: "sms-text", placeholder: "own text (optional)", "aria-label": "Text of the SMS" });
    this.delay = el("input", { type: "number", testid: "sms-delay", min: "0", max: "3600", value: "10", "aria-label": "Seconds until it arrives" });
    const now = el("button", { class: "small main", type: "button", testid: "sms-now", onclick: () => this.arrive(0) }, "Let the code arrive now");
    const later = el("button", { class: "small", type: "button", testid: "sms-in", onclick: () => this.arrive(Number(this.delay.value)) }, "Arrive in");
    this.box = el("div", { class: "row wrap" }, now, el("span", { class: "row" }, later, this.delay, "s"), this.words);
    return this.box;
  }

  arrive(seconds) {
    const text = this.words.value.trim();
    this.act("sms", { id: this.id, in_seconds: seconds, ...(text ? { text } : {}) });
    this.words.value = "";
  }

  update(number, currency, forward) {
    this.node.dataset.state = number.state;
    this.state.textContent = number.state;
    const due = number.due_in === null || number.due_in === undefined ? "" : ` · code in ${Math.max(0, Math.round(number.due_in))} s`;
    const calls = forward ? ` · calls go to +${forward}` : "";
    this.about.textContent = `${number.service_name} · ${number.country_name} · ${number.price} ${currency}`.trim() + due + calls;
    this.texts.replaceChildren(...number.sms.map((sms) => el("li", {}, el("b", {}, sms.code ?? ""), ` ${sms.text ?? ""}`)));
  }
}
