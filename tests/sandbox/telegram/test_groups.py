"""Groups: what a bot hears there, its coming and going, and the move to a supergroup."""

import pytest
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramMigrateToChat
from aiogram.types import ReplyParameters

from bot.sandbox.telegram.refusals import Nonsense
from bot.sandbox.telegram.wire import Json
from tests.sandbox.telegram.scene import Scene


def heard(scene: Scene) -> list[str]:
    """The texts the bot got since the last look."""
    return [update["message"]["text"] for update in scene.world.take_updates()]


def news(scene: Scene) -> list[Json]:
    """What the updates since the last look are about, without their numbers."""
    return [
        next(value for kind, value in one.items() if kind != "update_id")
        for one in scene.world.take_updates()
    ]


async def test_in_privacy_mode_the_bot_hears_commands_and_replies_to_it_only(scene: Scene) -> None:
    ann = scene.person()
    team = scene.group(ann)
    own = (await scene.bot.send_message(team, "Hello")).message_id
    for text in ("hello", "/buy", "/buy@codebell_bot now", "/buy@other_bot", "@codebell_bot hi"):
        scene.human.message(team, ann, text)
    scene.human.message(team, ann, "to you", reply_to=own)
    assert heard(scene) == ["/buy", "/buy@codebell_bot now", "to you"]


@pytest.mark.parametrize("way", ["administrator", "privacy off"])
async def test_an_administrator_or_a_bot_without_privacy_hears_everything(scene: Scene, way: str) -> None:
    ann = scene.person()
    if way == "privacy off":
        scene.human.privacy(on=False)
    team = scene.group(ann, status="administrator" if way == "administrator" else "member")
    scene.human.message(team, ann, "hello")
    assert heard(scene) == ["hello"]


def test_coming_with_a_deep_link_brings_three_updates(scene: Scene) -> None:
    ann = scene.person()
    team = scene.human.chat("group", "Team", [ann])["chat"]["id"]
    scene.human.add_bot(team, ann, startgroup="share")
    member, service, start = news(scene)
    assert (member["old_chat_member"]["status"], member["new_chat_member"]["status"]) == ("left", "member")
    assert service["new_chat_members"][0]["username"] == "codebell_bot"
    assert start["text"] == "/start@codebell_bot share"


async def test_a_bot_that_was_thrown_out_is_told_so_at_every_call(scene: Scene) -> None:
    ann = scene.person()
    team = scene.group(ann)
    scene.human.remove_bot(team, ann)
    service, member = news(scene)
    assert service["left_chat_member"]["id"] == member["new_chat_member"]["user"]["id"] == 424242
    assert member["new_chat_member"]["status"] == "kicked"
    with pytest.raises(TelegramForbiddenError, match="bot was kicked from the group chat"):
        await scene.bot.send_message(team, "x")


async def test_a_bot_that_left_is_no_member_any_more(scene: Scene) -> None:
    team = scene.group(scene.person(), kind="supergroup")
    await scene.bot.leave_chat(team)
    with pytest.raises(TelegramForbiddenError, match="bot is not a member of the supergroup chat"):
        await scene.bot.send_message(team, "x")


async def test_a_group_the_bot_was_never_in_is_not_found(scene: Scene) -> None:
    team = scene.human.chat("group", "Team", [scene.person()])["chat"]["id"]
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await scene.bot.send_message(team, "x")


async def test_a_deleted_group_and_a_muted_bot_are_refused_in_their_own_words(scene: Scene) -> None:
    ann = scene.person()
    gone, quiet = scene.group(ann), scene.group(ann, kind="supergroup", status="restricted")
    scene.human.delete_chat(gone)
    with pytest.raises(TelegramForbiddenError, match="Forbidden: the group chat was deleted"):
        await scene.bot.send_message(gone, "x")
    with pytest.raises(TelegramBadRequest, match="not enough rights to send text messages to the chat"):
        await scene.bot.send_message(quiet, "x")


@pytest.mark.parametrize("new_first", [False, True])
async def test_a_group_becomes_a_supergroup_with_a_new_id(scene: Scene, new_first: bool) -> None:
    team = scene.group(scene.person())
    new = scene.human.migrate(team, new_first=new_first)["chat"]["id"]
    told = {one["chat"]["id"]: one for one in news(scene)}
    assert [*told] == ([new, team] if new_first else [team, new])
    assert told[team]["migrate_to_chat_id"] == new
    assert told[new]["migrate_from_chat_id"] == team
    with pytest.raises(TelegramMigrateToChat, match="group chat was upgraded to a supergroup chat") as moved:
        await scene.bot.send_message(team, "x")
    assert moved.value.migrate_to_chat_id == new
    assert (await scene.bot.send_message(new, "x")).chat.type == "supergroup"


def test_nobody_writes_to_a_group_that_moved(scene: Scene) -> None:
    ann = scene.person()
    team = scene.group(ann)
    scene.human.migrate(team)
    with pytest.raises(Nonsense, match="this group moved to"):
        scene.human.message(team, ann, "hello")


async def test_a_message_stays_in_its_topic_and_so_does_a_reply(scene: Scene) -> None:
    ann = scene.person()
    forum = scene.group(ann, kind="supergroup", topics=["Codes"])
    (topic,) = scene.world.chats[forum].topics
    said = scene.human.message(forum, ann, "/buy", thread_id=topic)["message"]
    assert (said["message_thread_id"], said["is_topic_message"]) == (topic, True)
    assert (await scene.bot.send_message(forum, "x", message_thread_id=topic)).message_thread_id == topic
    reply = ReplyParameters(message_id=said["message_id"])
    assert (await scene.bot.send_message(forum, "y", reply_parameters=reply)).message_thread_id == topic
    assert (await scene.bot.send_message(forum, "z")).message_thread_id is None


async def test_closed_and_deleted_topics_are_refused_in_their_own_words(scene: Scene) -> None:
    ann = scene.person()
    forum = scene.group(ann, kind="supergroup", topics=True)
    topic = scene.human.topic(forum, ann, "Codes")["thread_id"]
    scene.human.close_topic(forum, ann, topic)
    with pytest.raises(TelegramBadRequest, match="TOPIC_CLOSED"):
        await scene.bot.send_message(forum, "x", message_thread_id=topic)
    scene.human.close_topic(forum, ann, topic, closed=False)
    await scene.bot.send_message(forum, "x", message_thread_id=topic)
    scene.human.delete_topic(forum, ann, topic)
    with pytest.raises(TelegramBadRequest, match="message thread not found"):
        await scene.bot.send_message(forum, "x", message_thread_id=topic)


async def test_a_reply_in_general_carries_a_thread_that_is_no_topic(scene: Scene) -> None:
    ann = scene.person()
    forum = scene.group(ann, kind="supergroup", topics=True, status="administrator")
    first = scene.human.message(forum, ann, "hello")["message"]["message_id"]
    reply = scene.human.message(forum, ann, "/buy", reply_to=first)["message"]
    assert (reply["message_thread_id"], reply.get("is_topic_message")) == (first, None)
    with pytest.raises(TelegramBadRequest, match="message thread not found"):
        await scene.bot.send_message(forum, "x", message_thread_id=first)


async def test_outside_of_forums_a_thread_is_ignored(scene: Scene) -> None:
    team = scene.group(scene.person())
    assert (await scene.bot.send_message(team, "x", message_thread_id=77)).message_thread_id is None


async def test_members_are_known_by_their_status(scene: Scene) -> None:
    ann, bob, eve = scene.person("Ann"), scene.person("Bob"), scene.person("Eve")
    team = scene.group(ann, bob, status="administrator")
    found = [(await scene.bot.get_chat_member(team, one)).status for one in (ann, bob, eve, 424242)]
    assert found == ["creator", "member", "left", "administrator"]
    assert await scene.bot.get_chat_member_count(team) == 3
    assert [one.user.id for one in await scene.bot.get_chat_administrators(team)] == [ann, 424242]
    scene.human.leave(team, bob)
    assert (await scene.bot.get_chat_member(team, bob)).status == "left"


@pytest.mark.parametrize(
    ("kind", "words"), [("group", "user not found"), ("supergroup", "PARTICIPANT_ID_INVALID")]
)
async def test_of_whom_telegram_never_heard_it_says_so_differently(
    scene: Scene, kind: str, words: str
) -> None:
    team = scene.group(scene.person(), kind=kind)
    with pytest.raises(TelegramBadRequest, match=words):
        await scene.bot.get_chat_member(team, 5)


async def test_a_bot_that_was_thrown_out_may_not_even_look(scene: Scene) -> None:
    ann = scene.person()
    team = scene.group(ann)
    scene.human.remove_bot(team, ann)
    with pytest.raises(TelegramForbiddenError, match="bot was kicked from the group chat"):
        await scene.bot.get_chat_member(team, ann)


async def test_an_administrator_throws_somebody_out_but_not_who_made_the_group(scene: Scene) -> None:
    ann, bob = scene.person("Ann"), scene.person("Bob")
    team = scene.group(ann, bob, status="administrator")
    with pytest.raises(Nonsense, match="only an administrator throws somebody out"):
        scene.human.expel(team, bob, by=bob)
    with pytest.raises(Nonsense, match="nobody its creator"):
        scene.human.expel(team, ann, by=ann)
    scene.human.expel(team, bob, by=ann)
    assert (await scene.bot.get_chat_member(team, bob)).status == "kicked"
    assert news(scene)[-1]["left_chat_member"]["id"] == bob


async def test_a_leading_bot_hears_of_members_changes_once_it_asks(scene: Scene) -> None:
    ann, bob = scene.person("Ann"), scene.person("Bob")
    team = scene.group(ann, status="administrator")
    scene.human.join(team, bob)
    await scene.bot.get_updates(allowed_updates=["message", "chat_member"])
    scene.human.join(team, bob, status="administrator")
    assert news(scene)[-1]["new_chat_member"]["status"] == "administrator"


async def test_only_an_administrator_deletes_what_others_wrote_in_a_group(scene: Scene) -> None:
    ann = scene.person()
    team = scene.group(ann)
    said = scene.human.message(team, ann, "/key secret")["message"]["message_id"]
    with pytest.raises(TelegramBadRequest, match="message can't be deleted"):
        await scene.bot.delete_message(team, said)
    scene.human.add_bot(team, ann, status="administrator")
    assert await scene.bot.delete_message(team, said)


def test_an_anonymous_administrator_speaks_as_the_group(scene: Scene) -> None:
    ann, bob = scene.person("Ann"), scene.person("Bob")
    team = scene.group(ann, bob)
    said = scene.human.message(team, ann, "/buy", anonymous=True)["message"]
    assert (said["from"]["id"], said["sender_chat"]["id"]) == (1087968824, team)
    with pytest.raises(Nonsense, match="only a group's administrators"):
        scene.human.message(team, bob, "/buy", anonymous=True)


@pytest.mark.parametrize(
    ("kind", "title", "topics"), [("private", "x", False), ("group", " ", False), ("group", "x", True)]
)
def test_a_group_needs_a_kind_a_title_and_a_supergroup_for_topics(
    scene: Scene, kind: str, title: str, topics: bool
) -> None:
    ann = scene.person()
    with pytest.raises(Nonsense):
        scene.human.chat(kind, title, [ann], topics)


async def test_strangers_do_not_speak_in_groups(scene: Scene) -> None:
    team, eve = scene.group(scene.person()), scene.person("Eve")
    with pytest.raises(Nonsense, match="Eve is not in this chat"):
        scene.human.message(team, eve, "hello")


async def test_getting_a_chat_answers_all_that_aiogram_wants_to_know(scene: Scene) -> None:
    ann = scene.person()
    team = scene.group(ann, kind="supergroup", topics=True)
    assert (await scene.bot.get_chat(ann)).first_name == "Ann"
    assert (await scene.bot.get_chat(team)).is_forum is True


def test_what_is_said_in_a_topic_seems_to_answer_the_message_that_opened_it(scene: Scene) -> None:
    ann = scene.person()
    forum = scene.group(ann, kind="supergroup", topics=["Codes"])
    (topic,) = scene.world.chats[forum].topics
    scene.human.message(forum, ann, "/buy", thread_id=topic)
    (said,) = news(scene)
    assert said["reply_to_message"]["forum_topic_created"]["name"] == "Codes"
    assert "reply_to_message" not in scene.last(forum)
