/** Who is in a group and as what; its administrators make others so, take it back, mute the bot and remove anybody. */

import { attempt, menu, sheet } from "/page/dialogs.js";
import { avatar, el } from "/page/dom.js";
import { fullName } from "/page/world.js";
import { telegram } from "/page/wire.js";

const ROLES = { creator: "owner", administrator: "admin", member: "member", restricted: "muted" };

export class Members {
  constructor({ world, seat }) {
    Object.assign(this, { world, seat });
  }

  open() {
    const { chat } = this.seat;
    sheet(`Members of ${this.world.title(chat)}`, chat.members.map((id) => this.row(id, chat)).filter(Boolean));
  }

  row(id, chat) {
    const who = this.world.users.get(id) ?? this.world.bots.find((bot) => bot.id === id);
    if (!who) return null;
    const role = this.world.role(id, chat);
    const words = el("span", { class: "member-name" }, fullName(who), id === this.seat.me ? el("small", {}, "you") : null);
    const props = { class: "member", type: "button", testid: "member", data: { userId: id, role } };
    const node = el("button", props, avatar(id, fullName(who), who.is_bot), words, el("small", {}, ROLES[role]));
    node.disabled = !this.deeds(who, role, chat).length;
    node.addEventListener("click", () => menu(node, this.deeds(who, role, chat).map(([text, act]) => [text, () => this.done(node, act)])));
    return node;
  }

  async done(node, act) {
    const dialog = node.closest("dialog");
    if (await attempt(act)) dialog.close();
  }

  deeds(who, role, chat) {
    if (!this.world.leads(this.seat.me, chat) || who.id === this.seat.me || role === "creator") return [];
    return who.is_bot ? this.toBot(role, chat) : this.toPerson(who, role, chat);
  }

  toPerson(who, role, chat) {
    const place = { chat_id: chat.id, user_id: who.id };
    const other = role === "administrator" ? ["Make a plain member", "member"] : ["Make an administrator", "administrator"];
    return [
      [other[0], () => telegram("join", { ...place, status: other[1] })],
      ["Remove from the group", () => telegram("expel", { ...place, by: this.seat.me })],
    ];
  }

  toBot(role, chat) {
    const place = { chat_id: chat.id, user_id: this.seat.me };
    const parts = [["Make an administrator", "administrator"], ["Make a plain member", "member"], ["Mute: it may only read", "restricted"]];
    const others = parts.filter(([, status]) => status !== role);
    return [
      ...others.map(([text, status]) => [text, () => telegram("add_bot", { ...place, status })]),
      ["Remove from the group", () => telegram("remove_bot", place)],
    ];
  }
}
