/** Elements made in one call. What is written into them is always text, never markup. */

/** el("button", {class: "x", onclick: fn, testid: "send"}, "Send"): strings become text nodes, null is left out. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) put(node, name, value);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

function put(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (name === "testid") node.dataset.testid = value;
  else if (name === "data") Object.assign(node.dataset, value);
  else if (name === "label") { node.setAttribute("aria-label", value); node.title ||= value; }
  else if (name === "value" || name === "checked") node[name] = value;
  else node.setAttribute(name, value === true ? "" : value);
}

/** An inline piece of text that can be pressed: it wraps over lines, which a <button> cannot. */
export function pressable(node, label, press) {
  node.tabIndex = 0;
  node.setAttribute("role", "button");
  node.title = label;
  node.addEventListener("click", press);
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    press(event);
  });
  return node;
}

const SHAPES = {
  back: "M15 5l-7 7 7 7",
  send: "M4 12l16-8-5 16-4-6-7-2z M11 14l4-5",
  attach: "M20 11l-8.5 8.500a5 5 0 0 1-7-7L13 4a3.4 3.4 0 0 1 5 5l-8.5 8.500a1.8 1.8 0 0 1-2.6-2.600L15 7",
  close: "M6 6l12 12M18 6L6 18",
  menu: "M4 7h16M4 12h16M4 17h16",
  more: "M12 5.500v.01M12 12v.01M12 18.500v.01",
  sliders: "M4 7h9M17 7h3M4 17h3M11 17h9M13 4.500v5h4v-5zM7 14.500v5h4v-5z",
  log: "M8 7l-5 5 5 5M16 7l5 5-5 5M13.5 5l-3 14",
  down: "M6 9l6 6 6-6",
  plus: "M12 5v14M5 12h14",
  group: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20a6.5 6.5 0 0 1 13 0M16 11a3 3 0 0 0 0-6M18 14.500a6 6 0 0 1 3.5 5.5",
  person: "M12 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 21a7.5 7.5 0 0 1 15 0",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  link: "M8 16L17 7M9.5 7H17v7.5",
  reply: "M10 6L4 12l6 6M4 12h9a7 7 0 0 1 7 7",
  keys: "M3 6h18v12H3zM7 10v.01M12 10v.01M17 10v.01M7.5 14.500h9",
  file: "M6 3h8l5 5v13H6zM14 3v5h5",
  bot: "M5 9h14v10H5zM12 9V5M9.5 13.500v.01M14.5 13.500v.01M9 16.500h6",
  inline: "M4 12h13M12 6l6 6-6 6",
};

/** A line icon; decoration only, so its button needs a label. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

/** The round letter Telegram shows for who has no photo; the colour follows the id. */
export function avatar(id, name, bell = false) {
  const node = el("span", { class: "avatar", "aria-hidden": "true", data: { tint: String(Math.abs(Number(id)) % 7) } });
  if (bell) node.classList.add("bell");
  else node.textContent = initials(name);
  return node;
}

function initials(name) {
  const words = name.trim().split(/\s+/).filter(Boolean);
  return words.slice(0, 2).map((word) => [...word][0].toUpperCase()).join("") || "?";
}
