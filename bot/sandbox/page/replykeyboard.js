/** Reply keyboards and forced replies: which one is in force, and its buttons. */

import { el } from "/page/dom.js";

/**
 * The message whose keyboard or forced reply is in force for a person, or null.
 * The bot's latest word counts; a forced reply is over once the person has spoken.
 */
export function asked(messages, me, thread) {
  let spoken = false;
  for (const message of messages.toReversed()) {
    if (thread && message.message_thread_id !== thread) continue;
    if (message.from?.id === me) spoken = true;
    const markup = message.reply_markup;
    if (!message.from?.is_bot || !markup || markup.inline_keyboard || !meant(message, me)) continue;
    if (markup.remove_keyboard || (markup.force_reply && spoken)) return null;
    return message;
  }
  return null;
}

/** A selective keyboard is for whom it answers or mentions. */
function meant(message, me) {
  if (!message.reply_markup.selective) return true;
  const mentioned = (message.entities ?? []).some((entity) => entity.user?.id === me);
  return mentioned || message.reply_to_message?.from?.id === me;
}

export function replyKeyboard(rows, press) {
  return rows.map((row) => el("div", { class: "keys-row" }, row.map((button) => key(button, press))));
}

function key(button, press) {
  const words = typeof button === "string" ? { text: button } : button;
  return el("button", { class: `key ${words.style ?? ""}`, type: "button", testid: "reply-key", onclick: () => press(words) }, words.text);
}
