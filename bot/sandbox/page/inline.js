/** The bot's inline mode: what is typed after its name is asked for, and what it offers stands over the composer. */

import { toast } from "/page/dialogs.js";
import { el } from "/page/dom.js";
import { option } from "/page/suggestions.js";
import { telegram } from "/page/wire.js";

const PAUSE_MS = 250;

export class InlineMode {
  constructor(composer, show) {
    Object.assign(this, { composer, show, asked: null, latest: null, timer: 0 });
    composer.world.on("call", (call) => this.heard(call));
  }

  stop() {
    clearTimeout(this.timer);
    this.asked = null;
  }

  /** Ask the bot when the typing pauses. */
  type(query) {
    this.stop();
    this.timer = setTimeout(() => this.ask(query), PAUSE_MS);
  }

  /** The bot's answer is a call of the log, perhaps heard before the reply; one that is known comes with it. */
  async ask(query, offset, offered = []) {
    const { line, seat } = this.composer;
    const typed = line.value;
    try {
      const asked = await telegram("inline", { user_id: seat.me, query, offset, chat_id: seat.chatId });
      if (line.value !== typed) return;
      this.asked = { id: asked.inline_query_id, query, offered };
      if (asked.answer) this.take(asked.answer);
      else this.heard(this.latest);
    } catch (error) {
      toast(error.message);
    }
  }

  heard(call) {
    if (call?.method !== "answerInlineQuery" || !call.ok) return;
    this.latest = call;
    if (String(call.params.inline_query_id) === this.asked?.id) this.take(call.params);
  }

  take({ results, button, next_offset: next }) {
    const { id, query, offered } = this.asked;
    const all = [...offered, ...results.map((result) => ({ query: id, result }))];
    const above = button ? [this.way(button)] : [];
    const picks = [...above, ...all.map((one) => this.result(one))];
    this.asked = null;
    this.show(picks.length ? picks : [nothing()], offered.length > 0, next ? () => this.ask(query, next, all) : null);
  }

  result({ query, result }) {
    const node = option("inline-result", el("b", {}, result.title), el("span", {}, result.description ?? ""));
    const { seat } = this.composer;
    const body = { inline_query_id: query, result_id: result.id, chat_id: seat.chatId, user_id: seat.me };
    return { node, pick: () => telegram("choose", body).catch((error) => toast(error.message)) };
  }

  /** The button above the results leads into the private chat, and starts the bot there. */
  way(button) {
    const { composer } = this;
    const pick = () => {
      composer.seat.open(composer.seat.me);
      composer.post(`/start ${button.start_parameter}`);
    };
    return { node: option("inline-way", el("b", {}, button.text)), pick };
  }
}

function nothing() {
  return { node: option("inline-nothing", el("span", {}, "No results")), pick: () => {} };
}
