/** Where links lead: t.me addresses stay in the sandbox, everything else opens in a tab of its own. */

import { attempt, menu, question, toast } from "/page/dialogs.js";
import { telegram } from "/page/wire.js";

export class Links {
  constructor({ world, seat }) {
    Object.assign(this, { world, seat, composer: null });
  }

  /** Follow an address a person pressed; `shown` is the text they saw, so a disguised one is asked about. */
  follow(address, shown) {
    const url = parse(address);
    if (!url) return toast(`Not a link: ${address}`);
    if (inTelegram(url)) return this.telegram(target(url), address);
    if (!/^(https?|mailto|tel):$/.test(url.protocol)) return toast(`Not opened: ${address}`);
    if (sameAddress(shown, url)) return open(url);
    question("Open link", `Do you want to open ${url.href}?`, "Open", () => open(url));
  }

  telegram({ name, query }, address) {
    if (name === "share") return this.share(query);
    if (query.has("id")) return this.person(Number(query.get("id")));
    const bot = this.world.bots.find((one) => one.username?.toLowerCase() === name.toLowerCase());
    if (!bot) return toast(`Only ${this.botName()} lives in this sandbox, not ${address}`);
    if (query.has("startgroup")) return this.chooseGroup(query.get("startgroup"));
    this.seat.open(this.seat.me);
    if (query.has("start")) this.composer.offerStart(query.get("start"));
    else if (query.has("text")) this.composer.fill(query.get("text"));
  }

  mention(name) {
    this.telegram({ name, query: new URLSearchParams() }, `@${name}`);
  }

  person(userId) {
    if (userId === this.world.bot.id) return this.seat.open(this.seat.me);
    const user = this.world.users.get(userId);
    toast(user ? `${user.first_name} · ${userId}` : "Nobody here has that account.");
  }

  /** Share: choose a chat and find the text in its composer. */
  share(query) {
    const text = [query.get("url"), query.get("text")].filter(Boolean).join("\n");
    this.chooseChat(this.world.chatsOf(this.seat.me), (chat) => this.fill(chat, text));
  }

  /** A switch_inline_query button: choose a chat, or stay; the query stands in the composer. */
  inline(query, here) {
    const text = `@${this.world.bot.username} ${query}`;
    if (here) return this.fill(this.seat.chat, text);
    this.chooseChat(this.world.chatsOf(this.seat.me), (chat) => this.fill(chat, text));
  }

  fill(chat, text) {
    this.seat.open(chat.id);
    this.composer.fill(text);
  }

  chooseChat(chats, chosen) {
    const middle = { clientX: innerWidth / 2 - 120, clientY: innerHeight / 3 };
    menu(middle, chats.map((chat) => [this.world.title(chat), () => chosen(chat)]));
  }

  chooseGroup(startgroup) {
    const groups = this.world.chatsOf(this.seat.me).filter((chat) => chat.type !== "private");
    if (!groups.length) return toast("Create a group first, then press again.");
    const add = (chat) => telegram("add_bot", { chat_id: chat.id, user_id: this.seat.me, status: "member", startgroup });
    this.chooseChat(groups, async (chat) => {
      if (await attempt(() => add(chat))) this.seat.open(chat.id);
    });
  }

  botName() {
    return `@${this.world.bot.username}`;
  }
}

/** The address as a URL; without a scheme it is https, as in Telegram. */
function parse(address) {
  try {
    return new URL(/^[a-z][a-z0-9+.-]*:/i.test(address) ? address : `https://${address}`);
  } catch {
    return null;
  }
}

function inTelegram(url) {
  return url.protocol === "tg:" || /^(www\.)?(t\.me|telegram\.me|telegram\.dog)$/i.test(url.hostname);
}

/** Whose address it is and what it asks: t.me/<name>?start=… and tg://resolve?domain=<name>&start=… are the same. */
function target(url) {
  if (url.protocol !== "tg:") return { name: url.pathname.split("/")[1] ?? "", query: url.searchParams };
  const host = url.hostname || url.pathname.replaceAll("/", "");
  return { name: host.startsWith("msg") ? "share" : url.searchParams.get("domain") ?? "", query: url.searchParams };
}

function sameAddress(shown, url) {
  const plain = (text) => text.replace(/^[a-z]+:(\/\/)?/i, "").replace(/\/$/, "");
  return shown !== undefined && plain(shown) === plain(url.href);
}

function open(url) {
  window.open(url.href, "_blank", "noopener,noreferrer");
}
