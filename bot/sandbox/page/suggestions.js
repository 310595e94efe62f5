/** What pops up over the composer: the "/" commands, and the results of the bot's inline mode. */

import { toast } from "/page/dialogs.js";
import { el } from "/page/dom.js";
import { telegram } from "/page/wire.js";

const PAUSE_MS = 250;

export class Suggestions {
  constructor(composer) {
    Object.assign(this, { composer, query: null, latest: null, timer: 0, picks: [] });
    this.box = el("div", { class: "suggestions", role: "listbox", "aria-label": "Suggestions", hidden: true });
    composer.world.on("call", (call) => this.answered(call));
  }

  hide() {
    clearTimeout(this.timer);
    this.query = null;
    this.box.hidden = true;
  }

  toggle() {
    if (this.box.hidden) this.show(this.commands("/"));
    else this.hide();
  }

  typed(text) {
    const { bot } = this.composer.world;
    const inline = new RegExp(`^@${bot.username}\\s(.*)$`, "is").exec(text);
    if (inline) return this.ask(inline[1]);
    this.query = null;
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

  show(picks) {
    this.picks = picks;
    this.at = 0;
    this.box.hidden = !picks.length;
    picks.forEach((pick) => pick.node.addEventListener("click", () => this.choose(pick)));
    this.box.replaceChildren(...picks.map(({ node }) => node));
    this.mark();
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

  /** Inline mode: ask the bot when the typing pauses; its answer is a call of the log, perhaps heard before the reply. */
  ask(query) {
    clearTimeout(this.timer);
    this.timer = setTimeout(async () => {
      try {
        this.query = (await telegram("inline", { user_id: this.composer.seat.me, query })).inline_query_id;
        this.answered(this.latest);
      } catch (error) {
        toast(error.message);
      }
    }, PAUSE_MS);
  }

  answered(call) {
    if (call?.method !== "answerInlineQuery" || !call.ok) return;
    this.latest = call;
    const { inline_query_id: query, results } = call.params;
    if (String(query) === this.query) this.show(results.map((result) => this.result(result)));
  }

  result(result) {
    const node = option("inline-result", el("b", {}, result.title ?? result.id), el("span", {}, result.description ?? ""));
    const { seat } = this.composer;
    const body = { inline_query_id: this.query, result_id: result.id, chat_id: seat.chatId, user_id: seat.me };
    return { node, pick: () => telegram("choose", body).catch((error) => toast(error.message)) };
  }
}

function option(testid, title, words) {
  return el("button", { class: "suggestion", type: "button", role: "option", tabindex: "-1", testid }, title, words);
}
