/** What the sandbox has told the page: people, chats and their messages, as plain Bot API objects. */

/** Emits "loaded", "message", "edited", "deleted", "commands", "answer", "call"; "stale" asks for the whole state again. */
export class World extends EventTarget {
  constructor() {
    super();
    this.bots = [];
    this.users = new Map();
    this.chats = new Map();
  }

  get bot() {
    return this.bots[0] ?? { id: 0, first_name: "Bot", username: "bot", is_bot: true };
  }

  load(state) {
    this.bots = state.bots;
    this.users = new Map(state.users.map((user) => [user.id, user]));
    this.chats = new Map(state.chats.map((chat) => [chat.id, chat]));
    this.emit("loaded");
  }

  apply(event) {
    if (event.type === "message") this.receive(event);
    else if (event.type === "edited") this.edit(event);
    else if (event.type === "deleted") this.remove(event);
    else if (event.type === "answer" || event.type === "call") this.emit(event.type, event);
    else if (event.type === "commands" && this.chats.has(event.chat_id)) this.command(event);
    else this.emit("stale");
  }

  command(event) {
    this.chats.get(event.chat_id).commands = event.commands;
    this.emit("commands", event);
  }

  receive(event) {
    const chat = this.chats.get(event.chat_id);
    if (!chat) return this.emit("stale");
    chat.messages.push(event.message);
    this.emit("message", event);
    if (changesMembers(event.message)) this.emit("stale");
  }

  edit(event) {
    const messages = this.chats.get(event.chat_id)?.messages ?? [];
    const at = messages.findIndex((message) => message.message_id === event.message.message_id);
    if (at < 0) return;
    messages[at] = event.message;
    this.emit("edited", event);
  }

  remove(event) {
    const chat = this.chats.get(event.chat_id);
    if (!chat) return;
    const gone = new Set(event.message_ids);
    chat.messages = chat.messages.filter((message) => !gone.has(message.message_id));
    this.emit("deleted", event);
  }

  emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  on(type, take) {
    this.addEventListener(type, (event) => take(event.detail));
  }

  /** The chats one person sees, the latest talk first; a group that moved away is not shown. */
  chatsOf(userId) {
    const seen = [...this.chats.values()].filter((chat) => this.sees(userId, chat));
    return seen.sort((one, other) => lastDate(other) - lastDate(one));
  }

  sees(userId, chat) {
    if (chat.type === "private") return chat.id === userId;
    return chat.members.includes(userId) && !movedTo(chat);
  }

  title(chat) {
    return chat.type === "private" ? fullName(this.bot) : chat.title || "Group";
  }

  hasBot(chat) {
    return chat.type === "private" || chat.members.includes(this.bot.id);
  }

  blockedBy(userId) {
    return (this.users.get(userId)?.blocked ?? []).includes(this.bot.id);
  }

  /** The topics of a forum: [thread id, name], in the order they were made. */
  topics(chat) {
    const made = chat.messages.filter((message) => message.forum_topic_created);
    return made.map((message) => [message.message_thread_id, message.forum_topic_created.name]);
  }
}

export function fullName(user) {
  return [user.first_name, user.last_name].filter(Boolean).join(" ");
}

/** Where a basic group went when it became a supergroup; undefined while it is here. */
export function movedTo(chat) {
  return chat.messages.find((message) => message.migrate_to_chat_id)?.migrate_to_chat_id;
}

function changesMembers(message) {
  return Boolean(message.new_chat_members || message.left_chat_member || message.migrate_to_chat_id);
}

function lastDate(chat) {
  return chat.messages.at(-1)?.date ?? 0;
}
