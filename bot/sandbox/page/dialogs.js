/** What lies over the chat: toasts, alerts, questions, forms and small menus. */

import { el } from "/page/dom.js";

const TOAST_MS = 4000;

/** One line that goes away by itself; also above an open dialog. */
export function toast(text) {
  const box = document.getElementById("toasts");
  const node = el("div", { class: "toast", testid: "toast" }, text);
  box.replaceChildren(node);
  if (box.showPopover) {
    box.popover = "manual";
    if (box.matches(":popover-open")) box.hidePopover();
    box.showPopover();
  }
  setTimeout(() => node.remove(), TOAST_MS);
}

/** Run a deed; what the sandbox refuses is shown as a toast. True when it went through. */
export async function attempt(deed) {
  try {
    await deed();
    return true;
  } catch (error) {
    toast(error.message);
    return false;
  }
}

function open(props, ...children) {
  const box = el("dialog", { class: "dialog", ...props }, ...children);
  box.addEventListener("close", () => box.remove());
  box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
  document.body.append(box);
  box.showModal();
  return box;
}

/** The modal of an answer with show_alert. */
export function alertBox(title, text) {
  const ok = el("button", { class: "plain", testid: "alert-ok", onclick: () => box.close(), autofocus: true }, "OK");
  const body = el("p", { class: "dialog-text" }, text);
  const box = open({ testid: "alert", "aria-label": title, role: "alertdialog" }, el("h2", {}, title), body, el("div", { class: "dialog-row" }, ok));
}

/**
 * Ask for values. A field is {name, label, value, kind: text|number|select|checks, options: [[value, text]], hint}.
 * `done(values)` runs on the confirming button; the dialog stays open when it returns false.
 */
export function form(title, fields, confirm, done) {
  const rows = fields.map(row);
  const cancel = el("button", { class: "plain", type: "button", testid: "dialog-cancel", onclick: () => box.close() }, "Cancel");
  const ok = el("button", { class: "plain", testid: "dialog-ok" }, confirm);
  const body = el("form", { method: "dialog" }, el("h2", {}, title), rows, el("div", { class: "dialog-row" }, cancel, ok));
  const box = open({ testid: "dialog", "aria-label": title }, body);
  body.addEventListener("submit", async (event) => {
    event.preventDefault();
    if ((await done(values(body, fields))) !== false) box.close();
  });
}

function row(field) {
  if (field.kind === "note") return field.node;
  if (field.kind === "checks") return checks(field);
  return el("label", { class: "field" }, el("span", {}, field.label), input(field), field.hint ? el("small", {}, field.hint) : null);
}

function input(field) {
  const props = { name: field.name, testid: `field-${field.name}`, autocomplete: "off", required: field.required };
  if (field.kind !== "select") return el("input", { ...props, type: field.kind ?? "text", value: field.value ?? "" });
  return el("select", props, field.options.map(([value, text]) => el("option", { value, selected: value === field.value }, text)));
}

function checks(field) {
  const boxes = field.options.map(([value, text]) => {
    const tick = el("input", { type: "checkbox", name: field.name, value, checked: field.value.includes(value) });
    return el("label", { class: "tick" }, tick, text);
  });
  return el("fieldset", { class: "field", testid: `field-${field.name}` }, el("legend", {}, field.label), boxes);
}

function values(body, fields) {
  const data = new FormData(body);
  return Object.fromEntries(fields.map((field) => [field.name, field.kind === "checks" ? data.getAll(field.name) : data.get(field.name)]));
}

/** A list to look at, each of whose rows may do something. */
export function sheet(title, rows) {
  const close = el("button", { class: "plain", type: "button", testid: "dialog-cancel", onclick: () => box.close() }, "Close");
  const box = open({ testid: "dialog", "aria-label": title }, el("h2", {}, title), rows, el("div", { class: "dialog-row" }, close));
}

/** A yes-or-no question. */
export function question(title, text, confirm, yes) {
  form(title, [{ kind: "note", name: "note", node: el("p", { class: "dialog-text" }, text) }], confirm, yes);
}

/** A small menu at a point or under a button: items are [text, act] and null is left out. */
export function menu(anchor, items) {
  const rows = items.filter(Boolean).map(([text, act]) =>
    el("button", { class: "menu-item", role: "menuitem", testid: "menu-item", onclick: () => { box.close(); act(); } }, text));
  const box = open({ class: "dialog menu", role: "menu" }, rows);
  const { x, y } = corner(anchor, box);
  box.style.left = `${x}px`;
  box.style.top = `${y}px`;
}

function corner(anchor, box) {
  const from = anchor instanceof Element ? anchor.getBoundingClientRect() : anchor;
  const [left, top] = [from.left ?? from.clientX, from.bottom ?? from.clientY];
  const x = Math.max(8, Math.min(left, innerWidth - box.offsetWidth - 8));
  const y = Math.max(8, Math.min(top + 4, innerHeight - box.offsetHeight - 8));
  return { x, y };
}
