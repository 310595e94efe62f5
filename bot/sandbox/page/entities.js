/** Text with entities, drawn as Telegram draws it. Offsets count UTF-16 units, which is what JS strings are made of. */

import { el, icon, pressable } from "/page/dom.js";

const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);
const PLAIN = { bold: "strong", italic: "em", underline: "u", strikethrough: "s" };

/**
 * A fragment for `text`. `acts` says what pressing does: follow(url, shown), command(text), copy(text), mention(name).
 */
export function rich(text, entities = [], acts) {
  const whole = entities.filter((entity) => entity.length > 0 && entity.offset < text.length);
  whole.sort((one, other) => one.offset - other.offset || other.length - one.length);
  return weave(text, 0, text.length, whole, acts);
}

function weave(text, from, to, entities, acts) {
  const out = document.createDocumentFragment();
  let at = from;
  let previous = null;
  for (let next = 0; next < entities.length;) {
    const entity = entities[next++];
    if (entity.offset < at) continue;
    const end = Math.min(entity.offset + entity.length, to);
    const inner = [];
    while (next < entities.length && entities[next].offset < end) inner.push(entities[next++]);
    out.append(between(text, at, entity.offset, previous));
    out.append(wrap(entity, text.slice(entity.offset, end), weave(text, entity.offset, end, inner, acts), acts));
    [at, previous] = [end, entity];
  }
  out.append(between(text, at, to, previous));
  return out;
}

/** A block ends its own line: the line break after it is not drawn a second time. */
function between(text, from, to, previous) {
  const skip = previous && BLOCKS.has(previous.type) && text[from] === "\n" ? 1 : 0;
  return text.slice(Math.min(from + skip, to), to);
}

function wrap(entity, text, inner, acts) {
  if (PLAIN[entity.type]) return el(PLAIN[entity.type], {}, inner);
  switch (entity.type) {
    case "code": return pressable(el("code", {}, inner), "Copy", () => acts.copy(text));
    case "pre": return pre(entity, text, inner, acts);
    case "spoiler": return spoiler(inner);
    case "blockquote": return el("blockquote", { testid: "quote" }, inner);
    case "expandable_blockquote": return expandable(inner);
    case "url": return link(/^[a-z]+:/i.test(text) ? text : `https://${text}`, text, inner, acts);
    case "text_link": return link(entity.url, text, inner, acts);
    case "email": return link(`mailto:${text}`, text, inner, acts);
    case "phone_number": return link(`tel:${text}`, text, inner, acts);
    case "mention": return pressed(inner, "Open", () => acts.mention(text.slice(1)));
    case "text_mention": return pressed(inner, entity.user?.first_name ?? "Person", () => acts.follow(`tg://user?id=${entity.user?.id}`, text));
    case "bot_command": return pressed(inner, `Send ${text}`, () => acts.command(text));
    case "hashtag": case "cashtag": return el("span", { class: "tag" }, inner);
    default: return inner;
  }
}

function pressed(inner, label, press) {
  return pressable(el("a", {}, inner), label, press);
}

function link(url, text, inner, acts) {
  const node = el("a", { href: safe(url), rel: "noopener noreferrer", target: "_blank", title: url }, inner);
  node.addEventListener("click", (event) => {
    event.preventDefault();
    acts.follow(url, text);
  });
  return node;
}

/** Only what a chat may open; a javascript: address stays text. */
function safe(url) {
  return /^(https?|tg|mailto|tel):/i.test(url) ? url : null;
}

function pre(entity, text, inner, acts) {
  const copy = el("button", { class: "pre-copy", label: "Copy", onclick: () => acts.copy(text) }, icon("copy"));
  const head = el("span", { class: "pre-head" }, entity.language || "", copy);
  return el("pre", {}, head, el("code", {}, inner));
}

function spoiler(inner) {
  const node = el("span", { class: "spoiler", testid: "spoiler" }, el("span", {}, inner));
  const show = (event) => {
    if (node.classList.contains("shown")) return;
    event.preventDefault();
    event.stopPropagation();
    node.classList.add("shown");
  };
  node.addEventListener("click", show, true);
  return pressable(node, "Show", show);
}

function expandable(inner) {
  const more = el("button", { class: "quote-more", label: "Show the whole quote", "aria-expanded": "false" }, icon("down"));
  const quote = el("blockquote", { class: "folded", testid: "quote" }, el("span", { class: "quote-text" }, inner), more);
  more.addEventListener("click", () => {
    const folded = quote.classList.toggle("folded");
    more.setAttribute("aria-expanded", String(!folded));
  });
  return quote;
}
