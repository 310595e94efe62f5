/** One message as a bubble, or as the line in the middle that tells what happened to the chat. */

import { el, icon } from "/page/dom.js";
import { rich } from "/page/entities.js";
import { inlineKeyboard } from "/page/keyboard.js";
import { media } from "/page/media.js";
import { fullName, keyOf, sender } from "/page/world.js";

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

export function clock(seconds) {
  return CLOCK.format(new Date(seconds * 1000));
}

/**
 * The list item of a message. `context` is {me, group, acts, presses, topic(message), tag(message)}:
 * acts are what can be done from a bubble (press, reply, menu, jump, and those of `rich`).
 */
export function bubble(message, context) {
  const words = happened(message);
  if (words) return el("li", { class: "service", testid: "service", data: { messageId: message.message_id } }, el("span", {}, words));
  const out = message.from?.id === context.me;
  const side = out ? "out" : "in";
  const props = { class: `line ${side}`, testid: "bubble", data: { messageId: keyOf(message), side, from: message.from?.id ?? "" } };
  const column = el("div", { class: "column", oncontextmenu: (event) => context.acts.menu(message, event) }, box(message, out, context), keys(message, context));
  return el("li", props, column);
}

function box(message, out, context) {
  const node = el("div", { class: "bubble" });
  if (context.group && !out) node.append(author(message, context));
  const topic = context.topic(message);
  if (topic) node.append(el("div", { class: "topic-name", testid: "topic" }, topic));
  node.append(...[origin(message), reply(message, context), media(message), text(message, context)].filter(Boolean));
  if (message.receiver_user) node.append(el("div", { class: "whisper", testid: "whisper" }, "👁 Only you see this message"));
  node.append(meta(message, out));
  if (!message.receiver_user) node.append(answerButton(message, context));
  node.classList.toggle("whispered", Boolean(message.receiver_user));
  node.classList.toggle("bare", Boolean(message.photo && !message.caption));
  return node;
}

/** The name over a bubble in a group, and what its owner is there. */
function author(message, context) {
  const { id, name } = sender(message);
  const tag = context.tag(message);
  return el("div", { class: "sender", testid: "sender", data: { tint: String(Math.abs(id) % 7) } }, name, tag ? el("small", { class: "tag" }, tag) : null);
}

function text(message, context) {
  const words = message.text ?? message.caption;
  if (!words) return null;
  const entities = message.text === undefined ? message.caption_entities : message.entities;
  return el("div", { class: "text", testid: "text", dir: "auto" }, rich(words, entities, context.acts));
}

function meta(message, out) {
  const time = el("time", { datetime: new Date(message.date * 1000).toISOString() }, clock(message.date));
  const edited = message.edit_date && !message.from?.is_bot ? "edited " : "";
  const sent = out ? el("span", { class: "ticks", "aria-label": "sent" }, "✓✓") : null;
  return el("span", { class: "meta" }, edited, time, sent);
}

function origin(message) {
  const from = message.forward_origin;
  if (!from) return message.via_bot ? el("div", { class: "origin" }, `via @${message.via_bot.username}`) : null;
  const name = from.sender_user ? fullName(from.sender_user) : from.sender_user_name ?? from.sender_chat?.title ?? from.chat?.title ?? "";
  return el("div", { class: "origin" }, `Forwarded from ${name}`);
}

function reply(message, context) {
  const to = message.reply_to_message;
  if (!to || to.forum_topic_created) return null;
  const props = { class: "reply", type: "button", testid: "reply", onclick: () => context.acts.jump(to.message_id) };
  return el("button", props, el("strong", {}, sender(to).name), el("span", {}, preview(to)));
}

function answerButton(message, context) {
  return el("button", { class: "answer", type: "button", label: "Reply", onclick: () => context.acts.reply(message) }, icon("reply"));
}

function keys(message, context) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows?.length) return null;
  const [chatId, messageId] = [message.chat.id, keyOf(message)];
  const { presses, acts } = context;
  const board = inlineKeyboard(rows, (button) => presses.isBusy(chatId, messageId, button), (button, node) => acts.press(message, button, node));
  const nodes = board.querySelectorAll("button");
  rows.flat().forEach((button, at) => presses.redrawn(chatId, messageId, button, nodes[at]));
  return board;
}

/** A message in one line, for the chat list and for replies; spoilers stay hidden there too. */
export function preview(message) {
  const words = veiled(message.text ?? message.caption, message.entities ?? message.caption_entities ?? []);
  if (message.photo) return `🖼 ${words ?? "Photo"}`;
  if (message.document) return `📎 ${words ?? message.document.file_name ?? "File"}`;
  return words?.replaceAll("\n", " ") ?? happened(message) ?? "Message";
}

function veiled(text, entities) {
  const spoilers = entities.filter((entity) => entity.type === "spoiler");
  return spoilers.reduce((words, { offset, length }) => words.slice(0, offset) + "▒".repeat(length) + words.slice(offset + length), text);
}

/** What a service message says; null for an ordinary one. */
export function happened(message) {
  const who = message.from ? sender(message).name : "Somebody";
  if (message.new_chat_members) return joined(who, message);
  if (message.left_chat_member) return message.left_chat_member.id === message.from?.id ? `${who} left the group` : `${who} removed ${fullName(message.left_chat_member)}`;
  if (message.group_chat_created || message.supergroup_chat_created) return `${who} created the group`;
  if (message.new_chat_title) return `${who} renamed the group to “${message.new_chat_title}”`;
  if (message.pinned_message) return `${who} pinned “${preview(message.pinned_message).slice(0, 40)}”`;
  if (message.migrate_to_chat_id) return "The group became a supergroup";
  if (message.migrate_from_chat_id) return "The group was upgraded to a supergroup";
  if (message.forum_topic_created) return `The topic “${message.forum_topic_created.name}” was created`;
  if (message.forum_topic_closed) return "The topic was closed";
  if (message.forum_topic_reopened) return "The topic was opened again";
  return null;
}

function joined(who, message) {
  const names = message.new_chat_members.map(fullName).join(", ");
  const alone = message.new_chat_members.length === 1 && message.new_chat_members[0].id === message.from?.id;
  return alone ? `${who} joined the group` : `${who} added ${names}`;
}
