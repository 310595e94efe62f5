/** The left column: who is speaking, and their chats with the last message and what is unread. */

import { clock, preview } from "/page/bubbles.js";
import { attempt, form, menu } from "/page/dialogs.js";
import { avatar, el, icon } from "/page/dom.js";
import { fullName, sender } from "/page/world.js";
import { telegram } from "/page/wire.js";

export class ChatList {
  constructor({ world, seat }) {
    Object.assign(this, { world, seat });
    this.people = document.getElementById("people");
    this.list = document.getElementById("chats");
    this.list.addEventListener("click", (event) => this.pressed(event));
    for (const type of ["loaded", "message", "edited", "deleted"]) world.on(type, () => this.draw());
    seat.on("moved", () => this.draw());
    seat.on("unread", () => this.draw());
  }

  draw() {
    this.drawPeople();
    const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.chatId : null;
    this.list.replaceChildren(...this.world.chatsOf(this.seat.me).map((chat) => this.row(chat)));
    if (focused) this.list.querySelector(`[data-chat-id="${focused}"]`)?.focus();
    this.title();
  }

  /** A row that was drawn anew under the finger is found by the place of the press. */
  pressed(event) {
    const under = event.target.closest(".chat-row") ?? document.elementFromPoint(event.clientX, event.clientY)?.closest(".chat-row");
    if (under) this.seat.open(Number(under.dataset.chatId));
  }

  drawPeople() {
    if (this.people.contains(document.activeElement)) return this.badge();
    const me = this.world.users.get(this.seat.me);
    const name = me ? fullName(me) : "Nobody";
    const who = el("button", { class: "who", testid: "who", label: `You are ${name}. Change person` },
      avatar(this.seat.me, name), el("span", { class: "who-name" }, el("small", {}, "You are"), el("b", {}, name)), el("span", { class: "badge", hidden: true }), icon("down"));
    who.addEventListener("click", () => this.choose(who));
    this.people.replaceChildren(who, el("button", { class: "round", testid: "new-group", label: "New group", onclick: () => this.newGroup() }, icon("group")));
    this.badge();
  }

  /** What waits for the other people, on the switcher. */
  badge() {
    const others = [...this.world.users.keys()].filter((id) => id !== this.seat.me);
    const waiting = others.reduce((sum, id) => sum + this.seat.unreadOf(id), 0);
    const badge = this.people.querySelector(".badge");
    badge.hidden = !waiting;
    badge.textContent = String(waiting);
  }

  choose(anchor) {
    const people = [...this.world.users.values()].map((user) => [this.personLabel(user), () => this.become(user.id)]);
    menu(anchor, [...people, ["＋ New person", () => this.newPerson()]]);
  }

  personLabel(user) {
    const unread = this.seat.unreadOf(user.id);
    const waiting = unread && user.id !== this.seat.me ? `  ·  ${unread} new` : "";
    return `${user.id === this.seat.me ? "✓ " : ""}${fullName(user)} (${user.language_code || "en"})${waiting}`;
  }

  become(userId) {
    document.activeElement?.blur();
    this.seat.sit(userId);
  }

  newPerson() {
    const fields = [
      { name: "name", label: "Name", required: true },
      { name: "language_code", label: "Language of their Telegram", value: "en", hint: "A two-letter code: en, ru, uk, vi …" },
    ];
    form("New person", fields, "Create", (values) => attempt(async () => {
      const { user } = await telegram("user", values);
      this.arriving(() => this.world.users.has(user.id), () => this.become(user.id));
    }));
  }

  newGroup() {
    const others = [...this.world.users.values()].filter((user) => user.id !== this.seat.me);
    const fields = [
      { name: "title", label: "Name of the group", required: true },
      { name: "kind", label: "Kind", kind: "select", value: "supergroup", options: [["supergroup", "Supergroup"], ["group", "Basic group"]] },
      { name: "topics", label: "Topics", hint: "Names with commas between them; empty for none" },
      { name: "status", label: `${fullName(this.world.bot)} in it`, kind: "select", value: "administrator", options: [["administrator", "As an administrator"], ["member", "As a member"], ["", "Not yet"]] },
    ];
    if (others.length) fields.splice(2, 0, { name: "members", label: "Members besides you", kind: "checks", value: others.map((user) => String(user.id)), options: others.map((user) => [String(user.id), fullName(user)]) });
    form("New group", fields, "Create", (values) => attempt(() => this.createGroup(values)));
  }

  async createGroup({ title, kind, members = [], topics, status }) {
    const names = topics.split(",").map((name) => name.trim()).filter(Boolean);
    const body = { title, kind, members: [this.seat.me, ...members.map(Number)], topics: names };
    const { chat } = await telegram("chat", body);
    if (status) await telegram("add_bot", { chat_id: chat.id, user_id: this.seat.me, status });
    this.arriving(() => this.world.chats.has(chat.id), () => this.seat.open(chat.id));
  }

  /** Act once the news of what was just made has come in. */
  arriving(isHere, act) {
    if (isHere()) return act();
    const look = () => {
      if (!isHere()) return;
      this.world.removeEventListener("loaded", look);
      act();
    };
    this.world.addEventListener("loaded", look);
  }

  row(chat) {
    const title = this.world.title(chat);
    const last = this.world.messagesOf(this.seat.me, chat).at(-1);
    const unread = this.seat.unreadIn(this.seat.me, chat.id);
    const open = chat.id === this.seat.chatId;
    const props = { class: "chat-row", type: "button", testid: "chat", data: { chatId: chat.id }, "aria-current": open ? "true" : null };
    const top = el("span", { class: "chat-top" }, el("b", {}, title), el("small", {}, last ? clock(last.date) : ""));
    const bottom = el("span", { class: "chat-bottom" }, el("span", { class: "chat-last" }, this.lastLine(chat, last)),
      unread ? el("span", { class: "badge", testid: "unread", "aria-label": `${unread} unread` }, String(unread)) : null);
    const picture = avatar(chat.id, title, chat.type === "private");
    return el("button", props, picture, el("span", { class: "chat-words" }, top, bottom));
  }

  lastLine(chat, last) {
    if (!last) return chat.type === "private" ? "Press START to begin" : "No messages yet";
    const speaker = chat.type !== "private" && last.text && last.from ? `${last.from.id === this.seat.me ? "You" : sender(last).name.split(" ")[0]}: ` : "";
    return `${speaker}${preview(last)}`.slice(0, 120);
  }

  title() {
    const unread = this.seat.missed + this.seat.unreadOf(this.seat.me);
    document.title = `${unread ? `(${unread}) ` : ""}${fullName(this.world.bot)} · sandbox`;
  }
}
