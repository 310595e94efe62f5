/** Who sits at the page: the person speaking, the chat on the screen, and what they have not read yet. */

const PLACE = "codebell.seat";
const PHONE = "(max-width: 720px)";

/** Emits "moved" (another person or chat) and "unread". Two tabs are two seats. */
export class Seat extends EventTarget {
  constructor(world) {
    super();
    this.world = world;
    this.me = 0;
    this.chatId = 0;
    this.thread = 0;
    this.missed = 0;
    this.unread = new Map();
    world.on("loaded", () => this.settle());
    world.on("message", (event) => this.count(event));
    document.addEventListener("visibilitychange", () => this.look());
  }

  get chat() {
    return this.world.chats.get(this.chatId);
  }

  /** Keep the place after a reload; else the first person's private chat. */
  settle() {
    const kept = this.me ? this : remembered();
    const me = this.world.users.has(kept.me) ? kept.me : [...this.world.users.keys()][0] ?? 0;
    const chat = this.world.chats.get(this.moved(kept.chatId));
    const chatId = chat && this.world.sees(me, chat) ? chat.id : me;
    this.place(me, chatId);
  }

  /** Become another person; stays in the chat when they are in it too. */
  sit(userId) {
    const stays = this.chat && this.world.sees(userId, this.chat);
    this.place(userId, stays ? this.chatId : userId);
  }

  open(chatId) {
    document.body.dataset.screen = "chat";
    this.place(this.me, chatId);
  }

  openTopic(thread) {
    this.thread = thread;
    this.emit("moved");
  }

  place(me, chatId) {
    const same = me === this.me && chatId === this.chatId;
    if (chatId !== this.chatId) this.thread = 0;
    Object.assign(this, { me, chatId });
    Object.assign(document.body.dataset, { me, chat: chatId });
    remember({ me, chatId });
    this.look();
    if (!same) this.emit("moved");
  }

  moved(chatId) {
    const old = this.world.chats.get(chatId);
    const next = old?.messages.find((message) => message.migrate_to_chat_id)?.migrate_to_chat_id;
    return next ?? chatId;
  }

  /** A message is unread for everybody in the chat but its sender and who is looking at it. */
  count({ chat_id: chatId, message }) {
    const chat = this.world.chats.get(chatId);
    for (const userId of this.world.users.keys()) {
      if (!this.world.sees(userId, chat) || message.from?.id === userId) continue;
      if (message.receiver_user && message.receiver_user.id !== userId) continue;
      if (userId !== this.me || chatId !== this.chatId || !this.showing) this.bump(userId, chatId);
      else if (document.hidden) this.missed += 1;
    }
    this.emit("unread");
  }

  bump(userId, chatId) {
    const key = `${userId}:${chatId}`;
    this.unread.set(key, this.unreadIn(userId, chatId) + 1);
  }

  unreadIn(userId, chatId) {
    return this.unread.get(`${userId}:${chatId}`) ?? 0;
  }

  unreadOf(userId) {
    return this.world.chatsOf(userId).reduce((sum, chat) => sum + this.unreadIn(userId, chat.id), 0);
  }

  /** On a phone the list of chats covers the conversation. */
  get showing() {
    return document.body.dataset.screen === "chat" || !matchMedia(PHONE).matches;
  }

  /** What is on the screen counts as read. */
  look() {
    if (document.hidden || !this.showing) return;
    this.missed = 0;
    this.unread.delete(`${this.me}:${this.chatId}`);
    this.emit("unread");
  }

  emit(type) {
    this.dispatchEvent(new Event(type));
  }

  on(type, take) {
    this.addEventListener(type, take);
  }
}

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(PLACE)) ?? {};
  } catch {
    return {};
  }
}

function remember(place) {
  try {
    sessionStorage.setItem(PLACE, JSON.stringify(place));
  } catch {
    // A browser that keeps nothing opens the first person's chat after a reload.
  }
}
