/** The clipboard, also where the browser offers none (an address that is not localhost). */

import { toast } from "/page/dialogs.js";

/** Put `text` on the clipboard and say so. */
export async function copy(text) {
  const done = (await modern(text)) || old(text);
  toast(done ? "Copied to clipboard" : `Could not copy: ${text}`);
}

async function modern(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function old(text) {
  const area = document.createElement("textarea");
  area.value = text;
  area.setAttribute("aria-hidden", "true");
  area.className = "offscreen";
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  const before = document.activeElement;
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  before?.focus?.();
  return done;
}
