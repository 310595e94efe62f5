/** Photos and documents inside a bubble, and the viewer a photo opens in. */

import { el, icon } from "/page/dom.js";
import { fileUrl } from "/page/wire.js";

const UNITS = ["B", "KB", "MB", "GB"];
const OTHERS = ["animation", "audio", "sticker", "video", "video_note", "voice", "location", "contact", "poll", "dice"];

/** The photo or document of a message, or null; what this page cannot draw is named. */
export function media(message) {
  if (message.photo?.length) return photo(message);
  if (message.document) return file(message.document);
  const kind = OTHERS.find((name) => message[name]);
  return kind ? el("div", { class: "file-other" }, `[${kind.replace("_", " ")}]`) : null;
}

function photo(message) {
  const best = message.photo.reduce((one, other) => (other.width * other.height > one.width * one.height ? other : one));
  const alt = message.caption || "Photo";
  const image = el("img", { src: fileUrl(best.file_id), width: best.width, height: best.height, alt, decoding: "async" });
  const props = { class: "photo", type: "button", testid: "photo", label: "Open the photo" };
  const button = el("button", props, image);
  if (message.has_media_spoiler) button.classList.add("veiled");
  button.addEventListener("click", () => {
    if (!button.classList.replace("veiled", "unveiled")) view(image.src, alt);
  });
  return button;
}

function view(source, alt) {
  const box = el("dialog", { class: "viewer", "aria-label": "Photo" }, el("img", { src: source, alt }));
  box.append(el("button", { class: "round viewer-close", label: "Close", autofocus: true }, icon("close")));
  box.addEventListener("click", () => box.close());
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
}

function file(document) {
  const name = document.file_name || "file";
  const words = el("span", { class: "file-words" }, el("span", { class: "file-name" }, name), el("small", {}, size(document.file_size)));
  const props = { class: "file", href: fileUrl(document.file_id), download: name, testid: "document" };
  return el("a", props, el("span", { class: "file-icon" }, icon("file")), words);
}

function size(bytes) {
  if (!bytes) return "";
  const step = Math.min(Math.floor(Math.log(bytes) / Math.log(1024)), UNITS.length - 1);
  return `${(bytes / 1024 ** step).toFixed(step ? 1 : 0)} ${UNITS[step]}`;
}
