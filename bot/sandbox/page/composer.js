/** The dock under the conversation: START, or the line one types in with its replies, commands, files and keyboards. */

import { attach, openFile } from "/page/attachment.js";
import { preview } from "/page/bubbles.js";
import { attempt, menu, toast } from "/page/dialogs.js";
import { avatar, el, icon } from "/page/dom.js";
import { Suggestions } from "/page/suggestions.js";
import { asked, replyKeyboard } from "/page/replykeyboard.js";
import { fullName, sender } from "/page/world.js";
import { telegram } from "/page/wire.js";

const TALLEST_PX = 180;

export class Composer {
  constructor({ world, seat }) {
    Object.assign(this, { world, seat, drafts: new Map(), folded: new Set(), dismissed: new Set(), hidden: new Set(), payload: null });
    this.dock = document.getElementById("dock");
    this.build();
    seat.on("moved", () => this.moved());
    world.on("loaded", () => this.draw());
    world.on("message", (event) => this.arrived(event));
    for (const type of ["deleted", "commands"]) world.on(type, () => this.draw());
    attach(document.querySelector(".stage"), this.line, (file) => this.send(file));
  }

  build() {
    this.line = el("textarea", { class: "line-input", rows: "1", testid: "composer", "aria-label": "Message", dir: "auto", enterkeyhint: "send" });
    this.line.addEventListener("input", () => this.typed());
    this.line.addEventListener("keydown", (event) => this.key(event));
    this.suggestions = new Suggestions(this);
    this.menuButton = el("button", { class: "menu-pill", type: "button", testid: "menu", label: "Commands", onclick: () => this.suggestions.toggle() }, icon("menu"), el("span", {}, "Menu"));
    this.speaker = el("button", { class: "speaker", type: "button", testid: "speaker", onclick: () => this.chooseSpeaker() });
    this.keysButton = el("button", { class: "round", type: "button", testid: "keys-toggle", label: "Show or hide the keyboard", onclick: () => this.foldKeys() }, icon("keys"));
    const attachButton = el("button", { class: "round", type: "button", testid: "attach", label: "Attach a file", onclick: () => openFile((file) => this.send(file)) }, icon("attach"));
    const send = el("button", { class: "round send", type: "button", testid: "send", label: "Send", onclick: () => this.submit() }, icon("send"));
    this.row = el("div", { class: "composer" }, this.menuButton, this.speaker, attachButton, this.line, this.keysButton, send);
    this.replyBar = el("div", { class: "reply-bar", testid: "reply-bar", hidden: true });
    this.keys = el("div", { class: "reply-keyboard", testid: "reply-keyboard", hidden: true });
    this.startButton = el("button", { class: "start", type: "button", testid: "start", onclick: () => this.start() }, "START");
    this.unblockButton = el("button", { class: "start plain-start", type: "button", testid: "unblock", onclick: () => this.unblock() }, "RESTART");
    this.dock.append(this.suggestions.box, this.replyBar, this.row, this.startButton, this.unblockButton, this.keys);
  }

  get place() {
    return `${this.seat.me}:${this.seat.chatId}:${this.seat.thread}`;
  }

  get draft() {
    if (!this.drafts.has(this.place)) this.drafts.set(this.place, { text: "", reply: null });
    return this.drafts.get(this.place);
  }

  moved() {
    if (this.seat.chatId !== this.seat.me) this.payload = null;
    this.line.value = this.draft.text;
    this.suggestions.hide();
    this.draw();
    if (matchMedia("(hover: hover)").matches) this.focus();
  }

  arrived({ chat_id: chatId, message }) {
    if (chatId !== this.seat.chatId) return;
    if (message.from?.id === this.seat.me) this.draft.reply = null;
    this.draw();
  }

  draw() {
    const { chat, me } = this.seat;
    const blocked = chat?.type === "private" && this.world.blockedBy(me);
    const fresh = chat?.type === "private" && (this.payload !== null || !chat.messages.some((message) => message.from?.id === me));
    this.startButton.hidden = blocked || !fresh;
    this.unblockButton.hidden = !blocked;
    this.row.hidden = !chat || blocked || fresh;
    this.menuButton.hidden = chat?.type !== "private" || !chat.commands?.length;
    this.drawSpeaker(chat);
    this.drawAsked(chat);
    this.drawReply();
    this.grow();
  }

  drawSpeaker(chat) {
    this.speaker.hidden = !chat || chat.type === "private";
    const user = this.world.users.get(this.seat.me);
    if (this.speaker.hidden || !user) return;
    const [id, name] = this.anonymous ? [chat.id, this.world.title(chat)] : [user.id, fullName(user)];
    this.speaker.replaceChildren(avatar(id, name));
    this.speaker.setAttribute("aria-label", `Speaking as ${name}. Change`);
    this.speaker.title = `Speaking as ${name}`;
  }

  /** Whether an administrator hides behind the group. */
  get anonymous() {
    const { chat, me } = this.seat;
    return this.hidden.has(`${me}:${chat?.id}`) && this.world.leads(me, chat);
  }

  chooseSpeaker() {
    const { chat, me } = this.seat;
    const users = chat.members.map((id) => this.world.users.get(id)).filter(Boolean);
    const people = users.map((user) => [`${user.id === me && !this.anonymous ? "✓ " : ""}${fullName(user)}`, () => this.speakAs(user.id, false)]);
    const group = [`${this.anonymous ? "✓ " : ""}${this.world.title(chat)} (anonymous admin)`, () => this.speakAs(me, true)];
    menu(this.speaker, [...people, this.world.leads(me, chat) ? group : null]);
  }

  speakAs(userId, anonymous) {
    const place = `${userId}:${this.seat.chatId}`;
    if (anonymous) this.hidden.add(place);
    else this.hidden.delete(place);
    this.seat.sit(userId);
    this.draw();
  }

  /** What the bot asked for with its last keyboard: buttons to answer with, or a reply. */
  drawAsked(chat) {
    const latest = chat ? asked(chat.messages, this.seat.me, this.seat.thread) : null;
    const rows = latest?.reply_markup.keyboard;
    const folded = !rows || this.folded.has(latest.message_id) || this.row.hidden;
    this.keysButton.hidden = !rows;
    this.keys.hidden = folded;
    this.latest = latest;
    this.line.placeholder = latest?.reply_markup.input_field_placeholder || "Message";
    if (!folded) this.keys.replaceChildren(...replyKeyboard(rows, (button) => this.pressKey(button)));
    if (latest?.reply_markup.force_reply) this.force(latest);
  }

  force(message) {
    if (this.draft.reply || this.dismissed.has(message.message_id)) return;
    this.dismissed.add(message.message_id);
    this.reply(message);
  }

  pressKey(button) {
    const wants = Object.keys(button).find((name) => name.startsWith("request_") && button[name]);
    if (wants || button.web_app) return toast(`The sandbox does not play ${(wants ?? "web app").replace("request_", "requests for ")}.`);
    if (this.latest.reply_markup.one_time_keyboard) this.folded.add(this.latest.message_id);
    const reply = this.seat.chat.type === "private" ? undefined : this.latest.message_id;
    this.post(button.text, reply);
  }

  foldKeys() {
    const id = this.latest.message_id;
    if (!this.folded.delete(id)) this.folded.add(id);
    this.draw();
  }

  reply(message) {
    if (this.row.hidden) return;
    this.draft.reply = message;
    this.drawReply();
    this.focus();
  }

  drawReply() {
    const to = this.draft.reply;
    this.replyBar.hidden = !to || this.row.hidden;
    if (!to) return;
    const words = el("span", { class: "reply-words" }, el("strong", {}, `Reply to ${sender(to).name}`), el("span", {}, preview(to)));
    const cancel = el("button", { class: "round", type: "button", testid: "reply-cancel", label: "Do not reply", onclick: () => this.unreply() }, icon("close"));
    this.replyBar.replaceChildren(icon("reply"), words, cancel);
  }

  unreply() {
    this.draft.reply = null;
    this.drawReply();
  }

  typed() {
    this.draft.text = this.line.value;
    this.grow();
    this.suggestions.typed(this.line.value);
  }

  grow() {
    if (this.row.hidden) return;
    this.line.style.height = "auto";
    this.line.style.height = `${Math.min(this.line.scrollHeight, TALLEST_PX)}px`;
  }

  key(event) {
    if (this.suggestions.key(event)) return event.preventDefault();
    if (event.key === "Escape" && this.draft.reply) return this.unreply();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return undefined;
    event.preventDefault();
    return this.submit();
  }

  /** Put text into the composer, as a share or a switch to inline mode does. */
  fill(text) {
    this.payload = null;
    this.draw();
    this.line.value = text;
    this.focus();
    this.typed();
  }

  focus() {
    if (!this.row.hidden && !document.querySelector("dialog[open]")) this.line.focus({ preventScroll: true });
  }

  async submit() {
    const text = this.line.value.trim();
    if (!text) return;
    const reply = this.draft.reply?.message_id;
    this.suggestions.hide();
    this.line.value = "";
    this.typed();
    if (await this.post(text, reply)) return;
    if (!this.line.value) this.fill(text);
  }

  post(text, reply) {
    const { chatId, me, thread } = this.seat;
    const body = { chat_id: chatId, user_id: me, text, reply_to: reply, thread_id: thread || undefined, anonymous: this.anonymous || undefined };
    return attempt(() => telegram("message", body));
  }

  /** A pressed or chosen command is sent at once, as the reply that is begun; in a group it names its bot. */
  command(text) {
    const name = this.seat.chat.type === "private" || text.includes("@") ? text : `${text}@${this.world.bot.username}`;
    return this.post(name, this.draft.reply?.message_id);
  }

  /** Where a file goes. */
  send(file) {
    const { chatId, me, thread } = this.seat;
    return { chat_id: chatId, user_id: me, thread_id: thread || undefined, reply_to: this.draft.reply?.message_id, file };
  }

  /** A deep link: the chat shows START, which sends its payload along. */
  offerStart(payload) {
    this.payload = payload;
    this.draw();
    this.startButton.focus();
  }

  async start() {
    const text = this.payload ? `/start ${this.payload}` : "/start";
    if (!(await this.post(text))) return;
    this.payload = null;
    this.draw();
    this.focus();
  }

  async unblock() {
    if (await attempt(() => telegram("unblock", { user_id: this.seat.me }))) this.post("/start");
  }
}
