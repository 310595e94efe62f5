/** One provider site in the panel: its demo key and balance, how its codes arrive, how to break it, and what it sells and sold. */

import { copy } from "/page/clipboard.js";
import { form } from "/page/dialogs.js";
import { el, icon } from "/page/dom.js";
import { Goods } from "/page/goods.js";
import { Messages } from "/page/messages.js";
import { Numbers } from "/page/numbers.js";
import { Rentals } from "/page/rentals.js";

const FAULTS = [
  ["http", "answers with a server error"], ["html", "answers a web page"], ["garbage", "answers nonsense"], ["empty", "answers nothing"],
  ["429", "says too many requests"], ["hang", "never answers"], ["drop", "cuts the line"], ["slow", "answers slowly"],
];
/** What some sites trade in beside numbers; a part shows itself where its site has something for it. */
const OTHERS = [Rentals, Messages];
const TIMES = [["1", "once"], ["3", "three times"], ["0", "until healed"]];

export class Site {
  /** `act(op, body)` turns one of the site's controls. */
  constructor(site, act, open) {
    this.act = act;
    this.state = el("span", { class: "dot", "aria-hidden": "true" });
    this.amount = el("span", { class: "amount", testid: "balance" });
    this.goods = new Goods(act);
    this.numbers = new Numbers(act);
    this.others = OTHERS.map((Part) => new Part(act));
    const summary = el("summary", {}, this.state, el("b", {}, site.title), this.amount, icon("down"));
    const parts = [this.keyRow(), this.moneyRow(), this.autoRow(), this.faultRow(), this.numbers.node, this.others.map((part) => part.node), this.goods.node].flat();
    this.node = el("details", { class: "site", testid: `site-${site.name}`, open }, summary, el("div", { class: "site-body" }, parts));
  }

  keyRow() {
    this.key = el("code", { class: "demo-key", testid: "key" });
    const button = el("button", { class: "small main", type: "button", testid: "copy-key", onclick: () => copy(this.site.key) }, icon("copy"), "Copy key");
    return el("div", { class: "part" }, el("div", { class: "row" }, this.key, button), el("small", {}, "Paste it into the chat when the bot asks for a key."));
  }

  moneyRow() {
    this.money = el("span", {});
    const change = el("button", { class: "small", type: "button", testid: "set-balance", onclick: () => this.askBalance() }, "Set balance");
    return el("div", { class: "row part" }, this.money, change);
  }

  askBalance() {
    const fields = [{ name: "amount", label: this.site.currency ? `Balance in ${this.site.currency}` : "Balance", value: this.site.balance, required: true }];
    form(`${this.site.title}: balance`, fields, "Set", ({ amount }) => { this.act("balance", { amount }); });
  }

  /** Whether codes arrive by themselves; the last wish is kept for when it is switched on again. */
  autoRow() {
    this.auto = el("input", { type: "checkbox", role: "switch", testid: "auto", onchange: () => this.setAuto() });
    this.autoWords = el("span", {});
    this.wish = { after_seconds: [10, 20], share: 0.8 };
    return el("label", { class: "row part tick" }, this.auto, this.autoWords);
  }

  setAuto() {
    this.act("auto", this.auto.checked ? this.wish : {});
  }

  faultRow() {
    const options = (pairs) => pairs.map(([value, text]) => el("option", { value }, text));
    this.kind = el("select", { testid: "fault-kind", "aria-label": "How it breaks" }, options(FAULTS));
    this.times = el("select", { testid: "fault-times", "aria-label": "For how long" }, options(TIMES));
    this.method = el("input", { testid: "fault-method", placeholder: "any call", "aria-label": "Which call breaks; empty for any", size: "9" });
    this.after = el("input", { type: "checkbox", testid: "fault-after" });
    const go = el("button", { class: "small danger", testid: "break" }, "Break");
    const wish = el("form", { class: "row wrap" }, this.kind, this.times, this.method, go, el("label", { class: "tick" }, this.after, "after it has done the work"));
    wish.addEventListener("submit", (event) => { event.preventDefault(); this.break(); });
    this.broken = el("div", { class: "broken", hidden: true }, el("span", {}), el("button", { class: "small", type: "button", testid: "heal", onclick: () => this.act("fault", { method: "", kind: "none" }) }, "Heal"));
    this.faultBox = el("details", { class: "fold" }, el("summary", {}, "Break this provider", icon("down")), wish);
    return el("div", { class: "part" }, this.broken, this.faultBox);
  }

  break() {
    this.act("fault", { method: this.method.value.trim(), kind: this.kind.value, times: Number(this.times.value) || null, after_processing: this.after.checked });
  }

  update(site) {
    this.site = site;
    this.key.textContent = site.key;
    this.amount.textContent = `${site.balance} ${site.currency}`.trim();
    this.money.textContent = `Charged ${site.charged}, refunded ${site.refunded}`;
    this.updateAuto(site.auto, site.messages);
    this.updateFaults(site.faults);
    this.numbers.update(site.numbers, site.currency, site.forwards);
    for (const part of this.others) part.update(site);
    this.goods.update(site.goods, site.currency);
    this.numbers.node.hidden = this.goods.node.hidden = !site.goods.length;
  }

  updateAuto(auto, messages) {
    this.wish = auto ?? this.wish;
    this.auto.checked = Boolean(auto);
    const [from, to] = this.wish.after_seconds;
    const share = `${Math.round(this.wish.share * 100)} % of them`;
    this.autoWords.textContent = messages ? `Messages go their way by themselves: ${share} take a step every ${from}–${to} s` : `Codes arrive by themselves: ${share} after ${from}–${to} s`;
  }

  updateFaults(faults) {
    const broken = faults.filter((fault) => fault.kind !== "none");
    this.state.classList.toggle("bad", broken.length > 0);
    this.broken.hidden = !broken.length;
    this.broken.firstChild.textContent = broken.map(described).join("; ");
  }
}

function described({ method, kind, times }) {
  const words = FAULTS.find(([value]) => value === kind)?.[1] ?? kind;
  const left = times ? ` (${times} more)` : "";
  return `${method || "Any call"} ${words}${left}`;
}
