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
    const at = messages.findIndex((message) => keyOf(message) === keyOf(event.message));
    if (at < 0) return;
    messages[at] = event.message;
    this.emit("edited", event);
  }

  remove(event) {
    const chat = this.chats.get(event.chat_id);
    if (!chat) return;
    const gone = new Set([...event.message_ids, ...(event.ephemeral_message_ids ?? []).map(whisperKey)]);
    chat.messages = chat.messages.filter((message) => !gone.has(keyOf(message)));
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
    const lastDate = (chat) => this.messagesOf(userId, chat).at(-1)?.date ?? 0;
    return seen.sort((one, other) => lastDate(other) - lastDate(one));
  }

  /** The messages one person sees in a chat: all, but for what is whispered to others. */
  messagesOf(userId, chat) {
    return chat.messages.filter((message) => !message.receiver_user || message.receiver_user.id === userId);
  }

  /** How somebody stands in a group: creator, administrator, member or restricted. */
  role(userId, chat) {
    return chat.roles?.[userId] ?? "member";
  }

  leads(userId, chat) {
    return ["creator", "administrator"].includes(this.role(userId, chat));
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

  /** The topics of a forum: [thread id, name, closed], in the order they were made. */
  topics(chat) {
    const made = chat.messages.filter((message) => message.forum_topic_created);
    return made.map(({ message_thread_id: thread, forum_topic_created: topic }) => [thread, topic.name, this.isClosed(chat, thread)]);
  }

  isClosed(chat, thread) {
    const news = chat.messages.filter((message) => message.message_thread_id === thread && (message.forum_topic_closed || message.forum_topic_reopened));
    return Boolean(news.at(-1)?.forum_topic_closed);
  }
}

export function fullName(user) {
  return [user.first_name, user.last_name].filter(Boolean).join(" ");
}

/** Who a message is from, as its reader sees it: a person, a bot, or the group itself. */
export function sender(message) {
  if (message.sender_chat) return { id: message.sender_chat.id, name: message.sender_chat.title ?? "Group", bot: false };
  return { id: message.from?.id ?? 0, name: fullName(message.from ?? { first_name: "?" }), bot: Boolean(message.from?.is_bot) };
}

/** What a message is known by in its chat: those for one member alone have ids of their own. */
export function keyOf(message) {
  return message.ephemeral_message_id ? whisperKey(message.ephemeral_message_id) : message.message_id;
}

function whisperKey(id) {
  return `whisper-${id}`;
}

/** Where a basic group went when it became a supergroup; undefined while it is here. */
export function movedTo(chat) {
  return chat.messages.find((message) => message.migrate_to_chat_id)?.migrate_to_chat_id;
}

function changesMembers(message) {
  return Boolean(message.new_chat_members || message.left_chat_member || message.migrate_to_chat_id || message.forum_topic_closed || message.forum_topic_reopened);
}
