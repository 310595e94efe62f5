/** The bar over the conversation: whose chat this is, its menu and topics, and the way to the panel and the journal. */

import { attempt, form, menu, toast } from "/page/dialogs.js";
import { avatar, el, icon, pressable } from "/page/dom.js";
import { Members } from "/page/members.js";
import { fullName } from "/page/world.js";
import { telegram } from "/page/wire.js";

export class Head {
  constructor({ world, seat, panel, log }) {
    Object.assign(this, { world, seat, panel, log, members: new Members({ world, seat }) });
    this.bar = document.getElementById("head");
    this.tabs = document.getElementById("topics");
    this.hint = document.getElementById("hint");
    seat.on("moved", () => this.draw());
    seat.on("unread", () => this.badge());
    world.on("loaded", () => this.draw());
    panel.on("toggled", () => this.pressed());
    log.on("toggled", () => this.pressed());
    this.drawHint();
  }

  draw() {
    const { chat } = this.seat;
    const title = chat ? this.world.title(chat) : "…";
    const back = el("button", { class: "round back", testid: "back", label: "All chats", onclick: () => { document.body.dataset.screen = "list"; } }, icon("back"), el("b", { class: "badge", hidden: true }));
    const words = el("div", { class: "head-words" }, el("h1", { testid: "chat-title" }, title), el("small", {}, this.about(chat)));
    if (chat && chat.type !== "private") pressable(words, "Members", () => this.members.open());
    const more = el("button", { class: "round", testid: "chat-menu", label: "Chat menu" }, icon("more"));
    more.addEventListener("click", () => this.openMenu(more));
    this.bar.replaceChildren(back, avatar(chat?.id ?? 0, title, chat?.type === "private"), words, this.logButton(), this.panelButton(), more);
    this.drawTopics(chat);
    this.badge();
    this.pressed();
  }

  logButton() {
    return el("button", { class: "round", testid: "log-toggle", label: "Bot API log", onclick: () => this.log.toggle() }, icon("log"));
  }

  panelButton() {
    return el("button", { class: "round", testid: "panel-toggle", label: "Providers", onclick: () => this.panel.toggle() }, icon("sliders"));
  }

  pressed() {
    this.bar.querySelector("[data-testid=log-toggle]")?.setAttribute("aria-pressed", String(this.log.isOpen));
    this.bar.querySelector("[data-testid=panel-toggle]")?.setAttribute("aria-pressed", String(this.panel.isOpen));
  }

  /** On a phone the unread of the other chats stand on the way back to them. */
  badge() {
    const badge = this.bar.querySelector(".back .badge");
    if (!badge) return;
    const unread = this.seat.unreadOf(this.seat.me);
    badge.hidden = !unread;
    badge.textContent = String(unread);
  }

  about(chat) {
    if (!chat || chat.type === "private") return "bot";
    const names = chat.members.map((id) => this.name(id)).filter(Boolean);
    return `${names.length} members: ${names.join(", ")}`;
  }

  name(id) {
    const user = this.world.users.get(id) ?? this.world.bots.find((bot) => bot.id === id);
    return user && fullName(user);
  }

  drawHint() {
    const open = el("button", { class: "hint-open", type: "button", onclick: () => this.panel.toggle(true) }, "Providers");
    this.hint.append(el("span", {}, "A sandbox: nothing here is real or costs money. Demo keys are under "), open);
  }

  drawTopics(chat) {
    const topics = chat && chat.type !== "private" ? this.world.topics(chat) : [];
    const tab = ([thread, name, closed]) => el("button", { class: "tab", role: "tab", testid: "topic-tab", "aria-selected": String(thread === this.seat.thread), onclick: () => this.seat.openTopic(thread) }, closed ? `🔒 ${name}` : name);
    this.tabs.hidden = !topics.length;
    this.tabs.replaceChildren(...[[0, "All"], ...topics].map(tab));
  }

  openMenu(anchor) {
    const { chat, me } = this.seat;
    if (!chat) return;
    menu(anchor, chat.type === "private" ? this.privateItems(me) : this.groupItems(chat, me));
  }

  privateItems(me) {
    const blocked = this.world.blockedBy(me);
    return [blocked ? ["Unblock the bot", () => attempt(() => telegram("unblock", { user_id: me }))] : ["Block the bot", () => attempt(() => telegram("block", { user_id: me }))]];
  }

  groupItems(chat, me) {
    const deed = (op, more) => () => attempt(() => telegram(op, { chat_id: chat.id, user_id: me, ...more }));
    const thread = this.seat.thread;
    const closed = this.world.isClosed(chat, thread);
    return [
      ["Members", () => this.members.open()],
      this.world.hasBot(chat) ? null : [`Add ${fullName(this.world.bot)}`, deed("add_bot", { status: "member" })],
      ["Add a person", () => this.invite(chat)],
      chat.is_forum ? ["New topic", () => this.newTopic(deed)] : null,
      thread ? [closed ? "Open this topic again" : "Close this topic", deed("close_topic", { thread_id: thread, closed: !closed })] : null,
      chat.type === "group" ? ["Upgrade to a supergroup", () => this.migrate(chat)] : null,
      ["Leave the group", deed("leave")],
    ];
  }

  invite(chat) {
    const absent = [...this.world.users.values()].filter((user) => !chat.members.includes(user.id));
    if (!absent.length) return toast("Everybody is here. New people are made in the menu of your own name.");
    const join = (user) => () => attempt(() => telegram("join", { chat_id: chat.id, user_id: user.id }));
    return menu(this.bar.querySelector("[data-testid=chat-menu]"), absent.map((user) => [fullName(user), join(user)]));
  }

  newTopic(deed) {
    form("New topic", [{ name: "name", label: "Name", required: true }], "Create", ({ name }) => deed("topic", { name })());
  }

  async migrate(chat) {
    if (await attempt(() => telegram("migrate", { chat_id: chat.id }))) toast("The group is a supergroup now.");
  }
}
