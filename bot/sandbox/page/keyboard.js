/** Inline keyboards, and the presses that wait for the bot's answer. */

import { alertBox, toast } from "/page/dialogs.js";
import { el, icon } from "/page/dom.js";
import { keyOf } from "/page/world.js";
import { telegram } from "/page/wire.js";

const GIVE_UP_MS = 30_000;
const REMEMBERED = 50;

/** What a button does: callback, url, copy, inline, or other (which this page does not play). */
export function kindOf(button) {
  if (button.callback_data !== undefined) return "callback";
  if (button.url !== undefined) return "url";
  if (button.copy_text) return "copy";
  if (inlineQuery(button) !== undefined) return "inline";
  return "other";
}

/** The query a button types into a chat; undefined for the other kinds. */
export function inlineQuery(button) {
  return button.switch_inline_query ?? button.switch_inline_query_current_chat ?? button.switch_inline_query_chosen_chat?.query;
}

const MARKS = { url: "link", copy: "copy", inline: "inline" };

/** The rows under a bubble; `press(button, node)` is called for every press. */
export function inlineKeyboard(rows, isBusy, press) {
  const lines = rows.map((row) => el("div", { class: "keys-row" }, row.map((button) => key(button, isBusy(button), press))));
  return el("div", { class: "keys" }, lines);
}

function key(button, busy, press) {
  const kind = kindOf(button);
  const props = { class: `key ${button.style ?? ""}`, type: "button", testid: "inline-button", data: { kind }, disabled: button.disabled };
  const node = el("button", props, el("span", { class: "key-text", dir: "auto" }, button.text));
  if (MARKS[kind]) node.append(icon(MARKS[kind]));
  node.classList.toggle("busy", busy);
  node.addEventListener("click", () => press(button, node));
  return node;
}

/** Presses of callback buttons: each spins until its answer, and is not sent twice meanwhile. */
export class Presses {
  constructor({ botName, follow }) {
    Object.assign(this, { botName, follow, busy: new Map(), asked: new Map(), early: new Map() });
  }

  isBusy(chatId, messageId, button) {
    return this.busy.has(name(chatId, messageId, button));
  }

  async press(message, userId, button, node) {
    const key = name(message.chat.id, keyOf(message), button);
    if (this.busy.has(key)) return;
    this.busy.set(key, { node, timer: setTimeout(() => this.rest(key), GIVE_UP_MS) });
    node.classList.add("busy");
    try {
      const place = { chat_id: message.chat.id, message_id: message.message_id, ephemeral_id: message.ephemeral_message_id };
      const body = { ...place, user_id: userId, data: button.callback_data };
      this.wait((await telegram("click", body)).callback_query_id, key);
    } catch (error) {
      this.rest(key);
      toast(error.message);
    }
  }

  /** The answer may have overtaken the reply to the press. */
  wait(queryId, key) {
    this.asked.set(queryId, key);
    const answer = this.early.get(queryId);
    if (answer) this.answered(answer);
  }

  answered(answer) {
    const key = this.asked.get(answer.callback_query_id);
    if (key === undefined) return this.keep(answer);
    this.asked.delete(answer.callback_query_id);
    this.early.delete(answer.callback_query_id);
    this.rest(key);
    if (answer.url) this.follow(answer.url);
    if (answer.text && answer.show_alert) alertBox(this.botName(), answer.text);
    else if (answer.text) toast(answer.text);
  }

  keep(answer) {
    this.early.set(answer.callback_query_id, answer);
    if (this.early.size > REMEMBERED) this.early.delete(this.early.keys().next().value);
  }

  /** An edit draws the button anew: the spinner moves to the new one. */
  redrawn(chatId, messageId, button, node) {
    const press = this.busy.get(name(chatId, messageId, button));
    if (press) press.node = node;
  }

  rest(key) {
    const press = this.busy.get(key);
    if (!press) return;
    clearTimeout(press.timer);
    press.node.classList.remove("busy");
    this.busy.delete(key);
  }
}

function name(chatId, messageId, button) {
  return `${chatId}/${messageId}/${button.callback_data}`;
}
