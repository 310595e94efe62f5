/** The numbers a site rents out, newest first: until when, whether the SIM is in the network, their SMS, and the way to send one more. */

import { el } from "/page/dom.js";

const SHOWN = 5;
const MOMENT = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };
const SIM = { offline: "offline", enabling: "going online…", online: "online", disabling: "going offline…" };

/** Of a site that rents nothing it shows nothing. */
export class Rentals {
  constructor(act) {
    Object.assign(this, { act, rows: new Map() });
    this.list = el("ul", { class: "sold" });
    this.left = el("small", { testid: "to-rent" });
    this.node = el("section", { class: "part", testid: "rentals", hidden: true }, el("h3", {}, "Rented numbers"), this.left, this.list);
  }

  update({ rentals, to_rent: left, currency }) {
    this.node.hidden = !rentals;
    if (!rentals) return;
    this.left.textContent = `To rent: ${Object.entries(left).map(([country, count]) => `${country} ${count}`).join(", ")}`;
    const rows = rentals.map((rental) => this.row(rental, currency));
    if (rows.some((row, at) => this.list.children[at] !== row) || this.list.children.length !== rows.length) this.list.replaceChildren(...rows);
  }

  row(rental, currency) {
    if (!this.rows.has(rental.id)) this.rows.set(rental.id, new RentedNumber(rental, this.act));
    const row = this.rows.get(rental.id);
    row.update(rental, currency);
    return row.node;
  }
}

class RentedNumber {
  constructor({ id, phone }, act) {
    Object.assign(this, { id, act });
    this.state = el("span", { class: "state", testid: "sim" });
    this.about = el("small", {});
    this.texts = el("ul", { class: "texts" });
    this.words = el("input", { testid: "rental-text", placeholder: "own text (optional)", "aria-label": `Text of the SMS to +${phone}` });
    const now = el("button", { class: "small main", testid: "rental-sms" }, "SMS now");
    const send = el("form", { class: "row write" }, this.words, now);
    send.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    this.node = el("li", { testid: "rental", data: { phone } }, el("div", { class: "row" }, el("b", {}, `+${phone}`), this.state), this.about, this.texts, send);
  }

  send() {
    const text = this.words.value.trim();
    this.act("sms", { id: this.id, ...(text ? { text } : {}) });
    this.words.value = "";
  }

  update(rental, currency) {
    const ended = rental.state === "ended";
    Object.assign(this.node.dataset, { state: rental.state, sim: ended ? "offline" : rental.sim });
    this.state.textContent = ended ? "ended" : SIM[rental.sim];
    this.about.textContent = [rental.country_name, until(rental), `${rental.paid} ${currency} paid`.replace("  ", " "), ...waiting(rental)].join(" · ");
    this.texts.replaceChildren(...rental.sms.slice(-SHOWN).map((sms) => el("li", {}, el("b", {}, sms.from), ` ${sms.text}`)));
  }
}

function until(rental) {
  return `until ${new Date(rental.until * 1000).toLocaleString("en-GB", MOMENT)}`;
}

function waiting({ due_in: due, held }) {
  const soon = due === null ? [] : [`SMS in ${Math.round(due)} s`];
  return held ? [...soon, held === 1 ? "1 SMS waits for the SIM" : `${held} SMS wait for the SIM`] : soon;
}
