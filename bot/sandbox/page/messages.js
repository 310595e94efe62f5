/** The messages a site sent, newest first: how they stand on each channel, and the way to deliver or fail them now. */

import { form } from "/page/dialogs.js";
import { el } from "/page/dom.js";

const SHOWN = 8;
const CHANNELS = { viber: "Viber", sms: "SMS" };
const FATES = [
  ["view", "arrive and are viewed"], ["deliver", "arrive"], ["undeliv", "do not arrive"], ["expire", "run out of time"],
  ["stop", "are stopped"], ["error", "end in an error"], ["moderation", "wait for a moderator"], ["insufficient", "lack money"],
];
const ARRIVED = ["DELIVRD", "VIEWED"];
const FAILED = ["EXPIRED", "UNDELIV", "STOPED", "ERROR", "INSUFFICIENTFUND"];
const DEEDS = [["DELIVRD", "Deliver", "deliver", "small main"], ["UNDELIV", "Fail", "fail", "small danger"]];

export class Messages {
  constructor(act) {
    Object.assign(this, { act, rows: new Map() });
    this.list = el("ul", { class: "sold" });
    this.none = el("small", {}, "None yet: send one in the chat.");
    this.node = el("section", { class: "part", testid: "messages-sent", hidden: true }, this.moneyRow(), this.fateRow(), el("h3", {}, "Sent messages"), this.none, this.list);
  }

  moneyRow() {
    this.money = el("span", { testid: "viber-balance" });
    const change = el("button", { class: "small", type: "button", testid: "set-viber-balance", onclick: () => this.askBalance() }, "Set for Viber");
    return el("div", { class: "row" }, this.money, change);
  }

  askBalance() {
    const fields = [{ name: "amount", label: "Balance for Viber", value: this.viber, required: true }];
    form("Viber: balance", fields, "Set", ({ amount }) => { this.act("balance", { amount, purse: "viber" }); });
  }

  fateRow() {
    const options = [["", "differ by channel"], ...FATES].map(([value, text]) => el("option", { value, hidden: !value }, text));
    this.fate = el("select", { testid: "fate", "aria-label": "What becomes of the next messages" }, options);
    this.fate.addEventListener("change", () => this.act("fate", { fate: this.fate.value }));
    return el("label", { class: "row" }, el("span", {}, "The next messages"), this.fate);
  }

  /** A site without messages has no such part. */
  update({ messages, balance, viber_balance: viber, fates }) {
    this.node.hidden = !messages;
    if (!messages) return;
    this.viber = viber;
    this.money.textContent = `${balance} for SMS, ${viber} for Viber`;
    const [fate, ...others] = new Set(Object.values(fates));
    if (document.activeElement !== this.fate) this.fate.value = others.length ? "" : fate;
    const rows = messages.slice(0, SHOWN).map((message) => this.row(message));
    this.none.hidden = rows.length > 0;
    if (rows.some((row, at) => this.list.children[at] !== row) || this.list.children.length !== rows.length) this.list.replaceChildren(...rows);
  }

  row(message) {
    if (!this.rows.has(message.id)) this.rows.set(message.id, new SentMessage(message, this.act));
    const row = this.rows.get(message.id);
    row.update(message);
    return row.node;
  }
}

class SentMessage {
  constructor({ id, recipient, channels }, act) {
    this.channels = channels.map((channel) => new Channel(id, channel, act));
    const ways = el("ul", { class: "channels" }, this.channels.map((channel) => channel.node));
    this.node = el("li", { testid: "sent-message", data: { recipient } }, el("b", {}, `+${recipient}`), ways);
  }

  update({ channels }) {
    channels.forEach((channel, at) => this.channels[at].update(channel));
  }
}

class Channel {
  constructor(id, { channel, source, text, button, image }, act) {
    this.state = el("span", { class: "state" });
    this.about = el("small", {});
    this.deeds = DEEDS.map(([status, words, testid, style]) => el("button", { class: style, type: "button", testid: `message-${testid}`, onclick: () => act("message", { id, channel, status }) }, words));
    this.view = el("button", { class: "small", type: "button", testid: "message-view", onclick: () => act("message", { id, channel, status: "VIEWED" }) }, "View");
    this.said = [text, button && `[${button[0]}]`, image && "(image)"].filter(Boolean).join(" ");
    this.source = source;
    const head = el("div", { class: "row wrap" }, el("b", {}, CHANNELS[channel]), this.state, this.deeds, this.view);
    this.node = el("li", { testid: "sent-channel", data: { channel } }, head, this.about);
  }

  update({ channel, status, under_way: open, price, charged }) {
    this.node.dataset.status = status;
    this.node.dataset.end = ARRIVED.includes(status) ? "good" : FAILED.includes(status) ? "bad" : "";
    this.state.textContent = status;
    const cost = charged ? price : status === "REFUND" ? `${price} paid back` : "not paid";
    this.about.textContent = `${cost} · ${this.source}: ${this.said}`;
    for (const deed of this.deeds) deed.hidden = !open;
    this.view.hidden = !(channel === "viber" && status === "DELIVRD");
  }
}
