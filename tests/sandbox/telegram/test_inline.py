"""Inline mode: results are offered, refused, chosen and posted."""

import pytest
from aiogram.exceptions import TelegramBadRequest, TelegramServerError
from aiogram.types import (
    InlineQueryResultArticle,
    InlineQueryResultPhoto,
    InlineQueryResultsButton,
    InputTextMessageContent,
    Update,
)

from bot.sandbox.telegram.refusals import Nonsense
from tests.sandbox.telegram.scene import Scene, keyboard


def card(number: str = "1", text: str = "<b>$0.35</b>") -> InlineQueryResultArticle:
    content = InputTextMessageContent(message_text=text)
    return InlineQueryResultArticle(
        id=number, title="Telegram", input_message_content=content, reply_markup=keyboard("buy")
    )


async def test_a_chosen_result_is_posted_and_its_button_reaches_the_bot(scene: Scene) -> None:
    ann, bob = scene.person("Ann"), scene.person("Bob")
    team = scene.human.chat("group", "Others", [ann, bob])["chat"]["id"]
    asked = scene.human.inline(ann, "telegram id")["inline_query_id"]
    (update,) = scene.world.take_updates()
    assert update["inline_query"]["query"] == "telegram id"
    await scene.bot.answer_inline_query(asked, [card()])
    posted = scene.human.choose(asked, "1", team, ann)["message"]
    assert (posted["text"], posted["via_bot"]["id"], posted["from"]["id"]) == ("$0.35", 424242, ann)
    scene.human.click(team, posted["message_id"], bob, "buy")
    (update,) = scene.world.take_updates()
    query = Update.model_validate(update).callback_query
    assert query is not None
    assert (query.message, query.from_user.id) == (None, bob)
    assert await scene.bot.edit_message_text("sold", inline_message_id=query.inline_message_id) is True
    assert scene.last(team)["text"] == "sold"


async def test_results_are_seen_once_they_are_there(scene: Scene) -> None:
    asked = scene.human.inline(scene.person(), "x")["inline_query_id"]
    assert scene.human.results(asked) is None
    await scene.bot.answer_inline_query(asked, [card("1"), card("2")])
    shown = scene.human.results(asked)
    assert shown is not None
    assert [one["id"] for one in shown["results"]] == ["1", "2"]


async def test_results_that_telegram_would_not_take_are_refused(scene: Scene) -> None:
    asked = scene.human.inline(scene.person(), "x")["inline_query_id"]
    with pytest.raises(TelegramBadRequest, match="RESULT_ID_DUPLICATE"):
        await scene.bot.answer_inline_query(asked, [card(), card()])
    with pytest.raises(TelegramBadRequest, match="can't parse entities"):
        await scene.bot.answer_inline_query(asked, [card(text="<b>")])
    with pytest.raises(TelegramBadRequest, match="too many inline query results"):
        await scene.bot.answer_inline_query(asked, [card(str(number)) for number in range(51)])
    photo = InlineQueryResultPhoto(
        id="1", photo_url="https://e.com/x.jpg", thumbnail_url="https://e.com/x.jpg"
    )
    with pytest.raises(TelegramServerError, match="no inline query result of type photo"):
        await scene.bot.answer_inline_query(asked, [photo])


async def test_a_late_or_second_answer_is_refused(scene: Scene) -> None:
    ann = scene.person()
    late, twice = (scene.human.inline(ann, "x")["inline_query_id"] for _ in range(2))
    await scene.bot.answer_inline_query(twice, [])
    scene.clock.pass_(16)
    for asked in (late, twice):
        with pytest.raises(TelegramBadRequest, match="query is too old"):
            await scene.bot.answer_inline_query(asked, [card()])


async def test_what_was_not_offered_cannot_be_chosen(scene: Scene) -> None:
    ann = scene.person()
    asked = scene.human.inline(ann, "x")["inline_query_id"]
    with pytest.raises(Nonsense, match="the bot did not offer that"):
        scene.human.choose(asked, "1", ann, ann)
    with pytest.raises(Nonsense, match="there was no such inline query"):
        scene.human.choose("99", "1", ann, ann)


async def test_a_personal_answer_is_given_again_to_who_asked_until_it_is_too_old(scene: Scene) -> None:
    ann, bob = scene.person("Ann"), scene.person("Bob")
    asked = scene.human.inline(ann, "x")["inline_query_id"]
    await scene.bot.answer_inline_query(asked, [card()], is_personal=True, cache_time=10, next_offset="20")
    scene.world.take_updates()
    again = scene.human.inline(ann, "x")
    assert (again["answer"]["results"][0]["id"], again["answer"]["next_offset"]) == ("1", "20")
    assert scene.world.take_updates() == []
    assert scene.human.choose(again["inline_query_id"], "1", ann, ann)["message"]["text"] == "$0.35"
    scene.world.take_updates()
    for changed in ((bob, "x", ""), (ann, "xy", ""), (ann, "x", "20")):
        assert "answer" not in scene.human.inline(*changed)
    scene.clock.pass_(10)
    assert "answer" not in scene.human.inline(ann, "x")
    assert len(scene.world.take_updates()) == 4


async def test_an_answer_that_is_not_personal_is_given_to_everybody(scene: Scene) -> None:
    asked = scene.human.inline(scene.person("Ann"), "x")["inline_query_id"]
    await scene.bot.answer_inline_query(asked, [card()])
    assert scene.human.inline(scene.person("Bob"), "x")["answer"]["results"][0]["id"] == "1"


async def test_the_bot_is_told_where_it_was_typed(scene: Scene) -> None:
    ann = scene.person("Ann")
    team = scene.human.chat("supergroup", "Others", [ann])["chat"]["id"]
    for chat_id in (ann, team, None):
        scene.human.inline(ann, f"for {chat_id}", chat_id=chat_id)
    told = [update["inline_query"] for update in scene.world.take_updates()]
    assert [query.get("chat_type") for query in told] == ["sender", "supergroup", None]


async def test_a_long_query_is_cut_and_one_that_nobody_fetched_is_forgotten(scene: Scene) -> None:
    scene.human.inline(scene.person(), "x" * 300)
    (update,) = scene.world.bot().updates.fetch()
    assert len(update["inline_query"]["query"]) == 256
    scene.clock.pass_(31)
    assert scene.world.take_updates() == []


@pytest.mark.parametrize(
    ("parameter", "words"),
    [
        ("", "START_PARAM_EMPTY"),
        ("x" * 65, "START_PARAM_TOO_LONG"),
        ("a b", "START_PARAM_INVALID"),
    ],
)
async def test_a_button_that_telegram_would_not_take_is_refused(
    scene: Scene, parameter: str, words: str
) -> None:
    asked = scene.human.inline(scene.person(), "x")["inline_query_id"]
    button = InlineQueryResultsButton(text="Connect a key", start_parameter=parameter)
    with pytest.raises(TelegramBadRequest, match=words):
        await scene.bot.answer_inline_query(asked, [], button=button)


async def test_a_button_stands_above_the_results(scene: Scene) -> None:
    asked = scene.human.inline(scene.person(), "x")["inline_query_id"]
    empty = InlineQueryResultsButton(text=" ", start_parameter="connect")
    with pytest.raises(TelegramBadRequest, match="SWITCH_PM_TEXT_EMPTY"):
        await scene.bot.answer_inline_query(asked, [], button=empty)
    button = InlineQueryResultsButton(text="Connect a key", start_parameter="connect")
    await scene.bot.answer_inline_query(asked, [], button=button)
    shown = scene.human.results(asked)
    assert shown is not None
    assert shown["button"] == {"text": "Connect a key", "start_parameter": "connect"}


async def test_what_is_too_long_or_empty_is_refused(scene: Scene) -> None:
    asked = scene.human.inline(scene.person(), "x")["inline_query_id"]
    with pytest.raises(TelegramBadRequest, match="NEXT_OFFSET_INVALID"):
        await scene.bot.answer_inline_query(asked, [card()], next_offset="x" * 65)
    with pytest.raises(TelegramBadRequest, match="message is too long"):
        await scene.bot.answer_inline_query(asked, [card(text="x" * 4097)])
    with pytest.raises(TelegramBadRequest, match="RESULT_ID_INVALID"):
        await scene.bot.answer_inline_query(asked, [card("x" * 65)])
    with pytest.raises(TelegramBadRequest, match="ARTICLE_TITLE_EMPTY"):
        await scene.bot.answer_inline_query(asked, [card().model_copy(update={"title": " "})])
