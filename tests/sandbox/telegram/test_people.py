"""What people do, and what the bot and the page hear of it."""

import pytest
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import BotCommand, BotCommandScopeAllPrivateChats

from bot.sandbox.telegram.refusals import Nonsense
from tests.sandbox.telegram.scene import Scene


def test_a_message_is_news_for_the_bot_and_for_the_page(scene: Scene) -> None:
    ann = scene.person()
    news: list[dict[str, object]] = []
    scene.world.events.listen(news.append)
    said = scene.human.message(ann, ann, "/buy telegram")["message"]
    assert said["entities"] == [{"type": "bot_command", "offset": 0, "length": 4}]
    assert news == [{"seq": scene.human.state()["seq"], "type": "message", "chat_id": ann, "message": said}]
    assert [update["message"] for update in scene.world.take_updates()] == [said]


def test_a_deep_links_payload_stands_behind_start(scene: Scene) -> None:
    ann = scene.person(started=False)
    scene.human.message(ann, ann, "/start buy_telegram_ua")
    (update,) = scene.world.take_updates()
    assert update["message"]["text"] == "/start buy_telegram_ua"


def test_a_long_text_goes_out_in_pieces_as_a_client_sends_it(scene: Scene) -> None:
    ann = scene.person()
    scene.human.message(ann, ann, "x" * 10_000)
    pieces = [len(update["message"]["text"]) for update in scene.world.take_updates()]
    assert pieces == [4096, 4096, 1808]


@pytest.mark.parametrize("text", ["", "  \n "])
def test_nothing_cannot_be_said(scene: Scene, text: str) -> None:
    ann = scene.person()
    with pytest.raises(Nonsense, match="there is nothing to say"):
        scene.human.message(ann, ann, text)


def test_blocking_and_unblocking_reach_the_bot_as_a_change_of_membership(scene: Scene) -> None:
    ann = scene.person()
    scene.human.block(ann)
    scene.human.unblock(ann)
    changes = [update["my_chat_member"] for update in scene.world.take_updates()]
    assert [one["new_chat_member"]["status"] for one in changes] == ["kicked", "member"]
    assert changes[0]["chat"]["id"] == ann


def test_blocking_twice_is_told_once(scene: Scene) -> None:
    ann = scene.person()
    scene.human.block(ann)
    scene.human.block(ann)
    assert len(scene.world.take_updates()) == 1


def test_who_never_started_the_bot_blocks_it_unheard(scene: Scene) -> None:
    scene.human.block(scene.person(started=False))
    assert scene.world.take_updates() == []


def test_deleting_takes_what_is_there_and_nothing_of_others(scene: Scene) -> None:
    ann, bob = scene.person("Ann"), scene.person("Bob")
    team = scene.group(ann, bob)
    said = scene.human.message(team, ann, "mine")["message"]["message_id"]
    with pytest.raises(Nonsense, match="this is somebody else's message"):
        scene.human.delete(team, [said], bob)
    scene.human.delete(team, [said, said], ann)
    with pytest.raises(Nonsense, match="there is no message"):
        scene.human.delete(team, [said], ann)


def test_who_blocked_the_bot_cannot_write_to_it(scene: Scene) -> None:
    ann = scene.person()
    scene.human.block(ann)
    with pytest.raises(Nonsense, match="unblock it first"):
        scene.human.message(ann, ann, "hello")
    assert scene.human.state()["users"][0]["blocked"] == [424242]


def test_the_bot_hears_of_an_edit(scene: Scene) -> None:
    ann = scene.person()
    said = scene.human.message(ann, ann, "helo")["message"]["message_id"]
    scene.human.edit(ann, said, ann, "hello")
    assert [update.get("edited_message", {}).get("text") for update in scene.world.take_updates()] == [
        None,
        "hello",
    ]


def test_pictures_go_as_photos_and_all_else_as_documents(scene: Scene) -> None:
    ann = scene.person()
    png = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x02\x00\x00\x00\x03"
    photo = scene.human.upload(ann, ann, "me.png", png, caption="me")["message"]
    assert (photo["photo"][0]["width"], photo["photo"][0]["height"], photo["caption"]) == (2, 3, "me")
    assert "document" in scene.human.upload(ann, ann, "me.png", png, as_document=True)["message"]
    assert "document" in scene.human.upload(ann, ann, "me.txt", b"x")["message"]
    with pytest.raises(Nonsense, match="IMAGE_PROCESS_FAILED"):
        scene.human.upload(ann, ann, "me.jpg", b"no picture")


def test_the_state_shows_people_chats_messages_and_commands(scene: Scene) -> None:
    ann = scene.person()
    state = scene.human.state()
    assert [bot["username"] for bot in state["bots"]] == ["codebell_bot"]
    (chat,) = state["chats"]
    assert (chat["id"], chat["type"], chat["members"]) == (ann, "private", [ann, 424242])
    assert [message["text"] for message in chat["messages"]] == ["/start"]
    assert chat["commands"] == []


async def test_commands_are_shown_by_language_and_kind_of_chat(scene: Scene) -> None:
    ann = scene.person()
    olha = int(scene.human.user("Olha", "uk")["user"]["id"])
    team = scene.group(ann)
    await scene.bot.set_my_commands([_command("help")])
    await scene.bot.set_my_commands([_command("buy")], scope=BotCommandScopeAllPrivateChats())
    await scene.bot.set_my_commands(
        [_command("buy", "купити")], scope=BotCommandScopeAllPrivateChats(), language_code="uk"
    )
    shown = {chat["id"]: chat["commands"] for chat in scene.human.state()["chats"]}
    assert [shown[chat][0]["command"] for chat in (ann, olha, team)] == ["buy", "buy", "help"]
    assert shown[olha][0]["description"] == "купити"
    await scene.bot.delete_my_commands(scope=BotCommandScopeAllPrivateChats())
    assert [one.command for one in await scene.bot.get_my_commands()] == ["help"]
    assert scene.human.state()["chats"][0]["commands"][0]["command"] == "help"


@pytest.mark.parametrize("name", ["Buy", "bu y", "x" * 33])
async def test_a_malformed_command_is_refused(scene: Scene, name: str) -> None:
    with pytest.raises(TelegramBadRequest, match="BOT_COMMAND_INVALID"):
        await scene.bot.set_my_commands([_command(name)])


def _command(name: str, description: str = "what it does") -> BotCommand:
    return BotCommand(command=name, description=description)
