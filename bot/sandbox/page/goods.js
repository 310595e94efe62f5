/** What a site sells: prices and stock to change, and the way to run out. */

import { el, icon } from "/page/dom.js";

const SHOWN = 12;

export class Goods {
  constructor(act) {
    Object.assign(this, { act, rows: new Map(), goods: [] });
    this.filter = el("input", { type: "search", testid: "goods-filter", placeholder: "Service or country", "aria-label": "Find goods" });
    this.filter.addEventListener("input", () => this.draw());
    this.head = el("tr", {}, ["Goods", "Price", "Stock", ""].map((text) => el("th", {}, text)));
    this.body = el("tbody", {});
    this.count = el("small", {});
    const table = el("table", { class: "goods" }, el("thead", {}, this.head), this.body);
    const summary = el("summary", {}, el("span", {}, "Goods, prices and stock"), icon("down"));
    this.node = el("details", { class: "part fold", testid: "goods" }, summary, this.filter, table, this.count);
  }

  update(goods, currency) {
    this.goods = goods;
    this.head.children[1].textContent = currency || "Price";
    this.draw();
  }

  draw() {
    const words = this.filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = this.goods.filter((good) => words.every((word) => `${good.service_name} ${good.country_name} ${good.service}`.toLowerCase().includes(word)));
    const rows = found.slice(0, SHOWN).map((good) => this.row(good));
    if (rows.length !== this.body.children.length || rows.some((row, at) => this.body.children[at] !== row)) this.body.replaceChildren(...rows);
    this.count.textContent = found.length > SHOWN ? `${SHOWN} of ${found.length}: type to find the others` : "";
  }

  row(good) {
    const id = `${good.service}/${good.country}`;
    if (!this.rows.has(id)) this.rows.set(id, new Good(good, this.act));
    const row = this.rows.get(id);
    row.update(good);
    return row.node;
  }
}

class Good {
  constructor({ service, country, service_name: name, country_name: where }, act) {
    const wish = { service, country };
    const field = (testid, label, send) => el("input", { testid, inputmode: "decimal", "aria-label": `${label} of ${name}, ${where}`, onchange: send });
    this.price = field("price", "Price", () => act("price", { ...wish, price: this.price.value.trim() }));
    this.stock = field("stock", "Stock", () => act("stock", { ...wish, count: Number(this.stock.value) }));
    this.out = el("button", { class: "small", type: "button", testid: "run-out", label: `Run out of ${name}, ${where}`, onclick: () => act("stock", { ...wish, count: 0 }) }, "Run out");
    const cells = [el("span", {}, el("b", {}, name), el("small", {}, where)), this.price, this.stock, this.out];
    this.node = el("tr", { testid: "good", data: { service, country } }, cells.map((cell) => el("td", {}, cell)));
  }

  /** A field somebody is typing in is left alone. */
  update({ price, stock }) {
    if (document.activeElement !== this.price) this.price.value = price;
    if (document.activeElement !== this.stock) this.stock.value = String(stock);
    this.out.disabled = stock === 0;
  }
}
