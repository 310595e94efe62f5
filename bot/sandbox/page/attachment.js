/** Files a person sends: picked, pasted or dropped, each shown once more with room for a caption. */

import { attempt, form } from "/page/dialogs.js";
import { el } from "/page/dom.js";
import { upload } from "/page/wire.js";

/** Take files pasted into `line` or dropped on `stage`; `to(file)` says where they go. */
export function attach(stage, line, to) {
  line.addEventListener("paste", (event) => {
    const file = event.clipboardData.files[0];
    if (!file) return;
    event.preventDefault();
    ask(file, to);
  });
  stage.addEventListener("dragover", (event) => event.preventDefault());
  stage.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files[0]) ask(event.dataTransfer.files[0], to);
  });
}

/** Let the person pick a file. */
export function openFile(to) {
  const input = el("input", { type: "file", class: "offscreen", "aria-hidden": "true", tabindex: "-1" });
  input.addEventListener("change", () => ask(input.files[0], to));
  input.addEventListener("cancel", () => input.remove());
  document.body.append(input);
  input.click();
  input.remove();
}

function ask(file, to) {
  const where = to(file);
  const fields = [{ kind: "note", name: "note", node: shown(file) }, { name: "caption", label: "Caption" }];
  form("Send a file", fields, "Send", ({ caption }) => attempt(() => upload({ ...where, caption: caption || undefined })));
}

function shown(file) {
  if (!file.type.startsWith("image/")) return el("p", { class: "dialog-text" }, file.name);
  const url = URL.createObjectURL(file);
  const image = el("img", { class: "attached", src: url, alt: file.name });
  image.addEventListener("load", () => URL.revokeObjectURL(url));
  return image;
}
