/** The page put together: the world it follows, the seat one sits in, and the parts that draw them. */

import { ChatList } from "/page/chats.js";
import { copy } from "/page/clipboard.js";
import { Composer } from "/page/composer.js";
import { Conversation } from "/page/conversation.js";
import { attempt, menu, toast } from "/page/dialogs.js";
import { Head } from "/page/head.js";
import { inlineQuery, kindOf, Presses } from "/page/keyboard.js";
import { Links } from "/page/links.js";
import { Log } from "/page/log.js";
import { Panel } from "/page/panel.js";
import { Seat } from "/page/seat.js";
import { Feed, telegram } from "/page/wire.js";
import { fullName, World } from "/page/world.js";

const world = new World();
const seat = new Seat(world);
const links = new Links({ world, seat });
const panel = new Panel();
const log = new Log({ world });
const presses = new Presses({ botName: () => fullName(world.bot), follow: (url) => followAnswer(url) });

/** Who opens an empty sandbox becomes its first person. */
let greeting = null;

function greet() {
  if (world.users.size) return;
  const language = (navigator.language || "en").split("-")[0];
  greeting ??= attempt(() => telegram("user", { name: "Alex", language_code: language })).then(() => feed.refresh());
}

/** An answer's address of the bot itself starts it at once, without another START. */
function followAnswer(url) {
  links.follow(url, url);
  if (links.composer.payload) links.composer.start();
}

function pressed(message, button, node) {
  const { me } = seat;
  switch (kindOf(button)) {
    case "callback": return presses.press(message, me, button, node);
    case "url": return links.follow(button.url);
    case "copy": return copy(button.copy_text.text);
    case "inline": return links.inline(inlineQuery(button), button.switch_inline_query_current_chat !== undefined);
    default: return toast("The sandbox does not play this kind of button.");
  }
}

/** The menu of a message; over a link the browser's own is the better one. */
function messageMenu(message, event) {
  if (event.target.closest("a[href]")) return;
  event.preventDefault();
  const words = message.text ?? message.caption;
  const whisper = Boolean(message.receiver_user);
  const gone = { chat_id: message.chat.id, message_ids: [message.message_id], user_id: seat.me };
  menu(event, [
    whisper ? null : ["Reply", () => links.composer.reply(message)],
    words ? ["Copy text", () => copy(words)] : null,
    whisper ? null : ["Delete for everybody", () => attempt(() => telegram("delete", gone))],
  ]);
}

const acts = {
  menu: messageMenu,
  press: pressed,
  copy,
  follow: (url, shown) => links.follow(url, shown),
  mention: (name) => links.mention(name),
  command: (text) => links.composer.command(text),
  reply: (message) => links.composer.reply(message),
};

// The order is the order they hear the news in: the dock takes its room before the conversation looks for its bottom.
new ChatList({ world, seat });
new Head({ world, seat, panel, log });
links.composer = new Composer({ world, seat });
new Conversation({ world, seat, presses, acts });
world.on("answer", (answer) => presses.answered(answer));

let again = 0;
world.on("stale", () => {
  clearTimeout(again);
  again = setTimeout(() => feed.refresh(), 30);
});

const feed = new Feed({
  onState: (state) => { world.load(state); greet(); },
  onEvent: (event) => world.apply(event),
  onOnline: (online) => { document.body.dataset.online = String(online); },
});
panel.openAtFirst();
