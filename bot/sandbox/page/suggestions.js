/** What pops up over the composer: the "/" commands, and the results of the bot's inline mode. */

import { el } from "/page/dom.js";
import { InlineMode } from "/page/inline.js";

const NEAR_PX = 60;

export class Suggestions {
  constructor(composer) {
    Object.assign(this, { composer, picks: [], more: null });
    this.inline = new InlineMode(composer, (...shown) => this.show(...shown));
    this.box = el("div", { class: "suggestions", role: "listbox", "aria-label": "Suggestions", testid: "suggestions", hidden: true });
    this.box.addEventListener("scroll", () => this.scrolled(), { passive: true });
  }

  hide() {
    this.inline.stop();
    this.more = null;
    this.box.hidden = true;
  }

  toggle() {
    if (this.box.hidden) this.show(this.commands("/"));
    else this.hide();
  }

  typed(text) {
    const { bot } = this.composer.world;
    const inline = new RegExp(`^@${bot.username}\\s(.*)$`, "is").exec(text);
    if (inline) return this.inline.type(inline[1]);
    this.inline.stop();
    return /^\/\w*$/.test(text) ? this.show(this.commands(text)) : this.hide();
  }

  commands(typed) {
    const all = this.composer.seat.chat?.commands ?? [];
    const fitting = all.filter(({ command }) => `/${command}`.startsWith(typed.toLowerCase()));
    return fitting.map(({ command, description }) => ({
      node: option("command", el("b", {}, `/${command}`), el("span", {}, description)),
      pick: () => this.composer.command(`/${command}`),
      fill: `/${command} `,
    }));
  }

  /** Offer these; with `longer` they are the same ones and some more. `more` brings the next page, if any. */
  show(picks, longer = false, more = null) {
    const place = longer ? this.box.scrollTop : 0;
    Object.assign(this, { picks, more, at: longer ? this.at : 0 });
    this.box.hidden = !picks.length;
    picks.forEach((pick) => pick.node.addEventListener("click", () => this.choose(pick)));
    this.box.replaceChildren(...picks.map(({ node }) => node));
    this.mark();
    this.box.scrollTop = place;
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.box;
    if (!this.more || scrollHeight - scrollTop - clientHeight > NEAR_PX) return;
    const { more } = this;
    this.more = null;
    more();
  }

  mark() {
    this.picks.forEach(({ node }, at) => node.setAttribute("aria-selected", String(at === this.at)));
    this.picks[this.at]?.node.scrollIntoView?.({ block: "nearest" });
  }

  choose(pick) {
    this.hide();
    this.composer.line.value = "";
    this.composer.typed();
    pick.pick();
  }

  /** Arrows walk, Enter takes, Tab writes it out, Escape closes. True when the key was used. */
  key(event) {
    if (this.box.hidden || event.isComposing) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.walk(step);
    else if (event.key === "Escape") this.hide();
    else if (event.key === "Tab" && this.picks[this.at]?.fill) this.composer.fill(this.picks[this.at].fill);
    else if (event.key === "Enter" && !event.shiftKey) this.choose(this.picks[this.at]);
    else return false;
    return true;
  }

  walk(step) {
    this.at = (this.at + step + this.picks.length) % this.picks.length;
    this.mark();
  }
}

export function option(testid, title, words) {
  return el("button", { class: "suggestion", type: "button", role: "option", tabindex: "-1", testid }, title, words);
}
