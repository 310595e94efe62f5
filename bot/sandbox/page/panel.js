/** The side panel: the provider sites, asked every other second while one looks at them. */

import { attempt, toast } from "/page/dialogs.js";
import { el, icon } from "/page/dom.js";
import { Site } from "/page/site.js";
import { control, sites } from "/page/wire.js";

const EVERY_MS = 2000;
const WIDE = "(min-width: 1100px)";
const KEPT = "codebell.panel";

/** Emits "toggled". Open at first where there is room for it; on a phone it is a sheet. */
export class Panel extends EventTarget {
  constructor() {
    super();
    this.box = document.getElementById("panel");
    this.cards = new Map();
    this.round = 0;
    this.busy = 0;
    this.body = el("div", { class: "panel-body" }, el("p", { class: "panel-empty" }, "Waiting for the providers…"));
    const close = el("button", { class: "round", label: "Close the providers", onclick: () => this.toggle(false) }, icon("close"));
    const head = el("header", { class: "bar" }, el("div", { class: "head-words" }, el("h2", {}, "Providers"), el("small", {}, "Make-believe sites of this sandbox")), close);
    this.box.append(head, this.body);
    this.words = head.querySelector("small");
    this.box.addEventListener("keydown", (event) => { if (event.key === "Escape") this.toggle(false); });
    document.addEventListener("visibilitychange", () => this.look());
    setInterval(() => this.look(), EVERY_MS);
  }

  get isOpen() {
    return !this.box.hidden;
  }

  on(type, take) {
    this.addEventListener(type, take);
  }

  openAtFirst() {
    this.toggle(matchMedia(WIDE).matches && sessionStorage.getItem(KEPT) !== "closed");
  }

  toggle(wanted = !this.isOpen) {
    this.box.hidden = !wanted;
    if (matchMedia(WIDE).matches) sessionStorage.setItem(KEPT, wanted ? "open" : "closed");
    this.dispatchEvent(new Event("toggled"));
    this.look();
  }

  async look() {
    if (!this.isOpen || document.hidden || this.busy) return;
    await this.refresh();
  }

  /** Ask the sites; an answer that a later question or a control overtook is dropped. */
  async refresh() {
    const round = ++this.round;
    this.busy += 1;
    try {
      const all = await sites();
      if (round === this.round) this.show(all);
    } catch (error) {
      this.fail(error);
    } finally {
      this.busy -= 1;
    }
  }

  /** Turn one control of a site and show what came of it. */
  async act(site, op, body) {
    this.round += 1;
    this.busy += 1;
    await attempt(() => control(site, op, body));
    this.busy -= 1;
    await this.refresh();
  }

  show(all) {
    this.words.textContent = all.length === 1 ? "A make-believe site of this sandbox" : `${all.length} make-believe sites of this sandbox`;
    this.body.querySelector(".panel-empty")?.remove();
    for (const site of all) this.card(site).update(site);
    this.failed = false;
  }

  card(site) {
    if (!this.cards.has(site.name)) {
      const card = new Site(site, (op, body) => this.act(site.name, op, body), this.cards.size === 0);
      this.cards.set(site.name, card);
      this.body.append(card.node);
    }
    return this.cards.get(site.name);
  }

  fail(error) {
    const empty = this.body.querySelector(".panel-empty");
    if (empty) empty.textContent = error.message;
    else if (!this.failed) toast(error.message);
    this.failed = true;
  }
}
