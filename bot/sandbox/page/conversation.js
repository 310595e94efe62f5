/** The messages of the open chat: drawn once each, grouped by sender and day, and kept at the bottom while one reads there. */

import { bubble, happened } from "/page/bubbles.js";
import { toast } from "/page/dialogs.js";
import { avatar, el, icon } from "/page/dom.js";
import { fullName, keyOf, sender } from "/page/world.js";

const NEAR_PX = 80;
const TOGETHER_S = 300;
const TAGS = { creator: "owner", administrator: "admin" };
const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long" });

export class Conversation {
  constructor({ world, seat, presses, acts }) {
    Object.assign(this, { world, seat, presses, acts: { ...acts, jump: (id) => this.jumpTo(id) } });
    this.list = document.getElementById("messages");
    this.scroll = document.getElementById("scroll");
    this.drawn = new Map();
    this.pinned = true;
    this.below = 0;
    this.jump = this.jumpButton();
    this.listen();
  }

  listen() {
    this.seat.on("moved", () => this.open());
    this.world.on("loaded", () => this.draw());
    this.world.on("edited", (event) => this.changed(event));
    this.world.on("deleted", (event) => this.changed(event));
    this.world.on("message", (event) => this.arrived(event));
    this.scroll.addEventListener("scroll", () => this.scrolled(), { passive: true });
    const grown = new ResizeObserver(() => this.stay());
    grown.observe(this.list);
    grown.observe(this.scroll);
  }

  jumpButton() {
    const button = el("button", { class: "round jump", testid: "jump", label: "To the latest message", onclick: () => this.toBottom(true) }, icon("down"), el("b", {}));
    button.hidden = true;
    this.scroll.after(el("div", { class: "jump-place" }, button));
    return button;
  }

  open() {
    this.drawn.clear();
    this.list.replaceChildren();
    this.pinned = true;
    this.below = 0;
    this.draw();
    this.toBottom();
  }

  changed(event) {
    if (event.chat_id === this.seat.chatId) this.draw();
  }

  arrived(event) {
    if (event.chat_id !== this.seat.chatId) return;
    const mine = event.message.from?.id === this.seat.me;
    const shown = this.messages().includes(event.message);
    if (!mine && !this.pinned && shown) this.below += 1;
    if (mine) this.pinned = true;
    this.draw();
    if (event.message.from?.is_bot) this.ring(keyOf(event.message));
    this.stay();
  }

  /** A new message of the bot rings; an edit does not. */
  ring(key) {
    const node = this.drawn.get(key)?.node;
    if (node?.dataset.side !== "in") return;
    node.dataset.rang = "true";
    node.classList.add("ring");
    setTimeout(() => node.classList.remove("ring"), 1600);
  }

  messages() {
    const { chat, me } = this.seat;
    const all = chat ? this.world.messagesOf(me, chat) : [];
    return this.seat.thread ? all.filter((message) => message.message_thread_id === this.seat.thread) : all;
  }

  /** Draw what is new or changed; everything else keeps its node, its focus and its opened spoilers. */
  draw() {
    const messages = this.messages();
    const context = this.context();
    const nodes = messages.map((message) => this.nodeFor(message, context));
    const kept = new Set(messages.map(keyOf));
    for (const id of this.drawn.keys()) if (!kept.has(id)) this.drawn.delete(id);
    this.arrange(messages, nodes);
    if (this.empty !== !messages.length) this.list.classList.toggle("empty", (this.empty = !messages.length));
    this.scrolled();
  }

  context() {
    const { seat, world, presses, acts } = this;
    const chat = seat.chat;
    const names = new Map(chat && !seat.thread ? world.topics(chat) : []);
    const topic = (message) => names.get(message.message_thread_id);
    const tag = (message) => TAGS[chat && message.from && !message.sender_chat ? world.role(message.from.id, chat) : ""];
    return { me: seat.me, group: chat?.type !== "private", acts, presses, topic, tag };
  }

  nodeFor(message, context) {
    const text = JSON.stringify([message, context.tag(message)]);
    const old = this.drawn.get(keyOf(message));
    if (old?.text === text) return old.node;
    const node = bubble(message, context);
    this.portrait(node, message, context);
    if (old) keepPlace(old.node, node);
    this.drawn.set(keyOf(message), { text, node });
    return node;
  }

  portrait(node, message, context) {
    if (!context.group || node.dataset.side !== "in") return;
    const { id, name, bot } = sender(message);
    node.prepend(avatar(id, name, bot));
  }

  arrange(messages, nodes) {
    const wanted = [];
    messages.forEach((message, at) => {
      const [before, after] = [messages[at - 1], messages[at + 1]];
      if (!before || day(before) !== day(message)) wanted.push(this.dayLine(message));
      nodes[at].classList.toggle("first", !together(before, message));
      nodes[at].classList.toggle("last", !together(message, after));
      wanted.push(nodes[at]);
    });
    place(this.list, wanted.length ? wanted : [this.welcome()]);
  }

  dayLine(message) {
    const name = day(message);
    const old = this.list.querySelector(`[data-day="${CSS.escape(name)}"]`);
    return old ?? el("li", { class: "service day", testid: "day", data: { day: name } }, el("span", {}, dayName(message)));
  }

  welcome() {
    const bot = this.world.bot;
    if (this.seat.chat?.type !== "private") return el("li", { class: "welcome" }, el("p", {}, "No messages here yet."));
    const words = bot.description || "Buys a temporary number and rings when the code arrives.";
    return el("li", { class: "welcome" }, avatar(bot.id, fullName(bot), true), el("h2", {}, fullName(bot)), el("p", {}, words));
  }

  /** Follow the bottom when it moves away: a message, a picture that loaded, the phone's keyboard. */
  stay() {
    if (this.pinned) this.toBottom();
    this.showJump();
  }

  toBottom(smooth = false) {
    this.pinned = true;
    this.below = 0;
    this.scroll.scrollTo({ top: this.scroll.scrollHeight, behavior: smooth ? "smooth" : "instant" });
    this.showJump();
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroll;
    const left = scrollHeight - scrollTop - clientHeight;
    if (left <= NEAR_PX) [this.pinned, this.below] = [true, 0];
    else if (scrollTop < (this.lastTop ?? 0)) this.pinned = false;
    this.lastTop = scrollTop;
    this.showJump();
  }

  showJump() {
    this.jump.hidden = this.pinned;
    this.jump.querySelector("b").textContent = this.below ? String(this.below) : "";
  }

  jumpTo(messageId) {
    const node = this.drawn.get(messageId)?.node;
    if (!node) return toast("That message is gone.");
    node.scrollIntoView({ block: "center", behavior: "smooth" });
    node.classList.add("pointed");
    setTimeout(() => node.classList.remove("pointed"), 1600);
  }
}

/** Put `wanted` into the list, moving only what is not already there. */
function place(list, wanted) {
  const keep = new Set(wanted);
  for (const node of [...list.children]) if (!keep.has(node)) node.remove();
  wanted.forEach((node, at) => {
    if (list.children[at] !== node) list.insertBefore(node, list.children[at] ?? null);
  });
}

/** An edited message stays where it was, and the same button keeps the focus. */
function keepPlace(old, node) {
  const buttons = [...old.querySelectorAll("button")];
  const focused = buttons.indexOf(document.activeElement);
  old.replaceWith(node);
  if (focused >= 0) node.querySelectorAll("button")[focused]?.focus({ preventScroll: true });
}

function together(one, other) {
  if (!one || !other || happened(one) || happened(other)) return false;
  return sender(one).id === sender(other).id && !one.receiver_user === !other.receiver_user && other.date - one.date < TOGETHER_S && day(one) === day(other);
}

function day(message) {
  return new Date(message.date * 1000).toDateString();
}

function dayName(message) {
  const when = new Date(message.date * 1000);
  return when.toDateString() === new Date().toDateString() ? "Today" : DAY.format(when);
}
