"""Calls as they come over the wire: tokens, unknown parameters, junk, and what no client would send."""

import random
from collections.abc import Set

import pytest

from bot.sandbox.telegram.inprocess import InProcessSession
from bot.sandbox.telegram.methods import METHODS
from bot.sandbox.telegram.parameters import NOT_MODELLED, models
from tests.sandbox.telegram.scene import TOKEN, Scene, keyboard


@pytest.mark.parametrize(
    ("method", "fields", "code", "words"),
    [
        ("sendMessage", {"text": "x"}, 400, 'parameter "chat_id" is required'),
        ("sendMessage", {"chat_id": "1", "text": "x", "colour": "red"}, 400, 'unknown parameter "colour"'),
        (
            "sendMessage",
            {"chat_id": "1", "text": "x", "reply_markup": "{"},
            400,
            "reply keyboard markup JSON",
        ),
        ("sendMessage", {"chat_id": "1"}, 400, "message text is empty"),
        ("deleteMessage", {"chat_id": "1", "message_id": "one"}, 400, '"message_id" must be an Integer'),
        ("sendVoice", {"chat_id": "1"}, 501, "the sandbox has no method sendVoice"),
        ("editEphemeralMessageText", {}, 400, 'parameter "chat_id" is required'),
        ("sendMessage", {"chat_id": "1", "receiver_user_id": "2"}, 501, 'no parameter "receiver_user_id"'),
        ("sendNonsense", {}, 404, "Not Found: method not found"),
        ("SENDCHATACTION", {"chat_id": "1", "action": "typing"}, 400, "chat not found"),
    ],
)
async def test_calls_are_checked_before_anything_is_done(
    scene: Scene, method: str, fields: dict[str, str], code: int, words: str
) -> None:
    reply = await _session(scene).exchange.call(TOKEN, method, fields)
    assert (reply.status, words in reply.body.replace('\\"', '"')) == (code, True), reply.body


@pytest.mark.parametrize("markup", ['{"junk": 1}', "[]", '{"inline_keyboard": [[{"text": 5}]]}'])
async def test_junk_in_place_of_a_keyboard_is_refused(scene: Scene, markup: str) -> None:
    fields = {"chat_id": str(scene.person()), "text": "x", "reply_markup": markup}
    reply = await _session(scene).exchange.call(TOKEN, "sendMessage", fields)
    assert reply.status == 400


@pytest.mark.parametrize(("token", "code"), [("424242:other", 401), ("junk", 404)])
async def test_an_unknown_token_is_unauthorized_and_a_malformed_one_not_found(
    scene: Scene, token: str, code: int
) -> None:
    assert (await _session(scene).exchange.call(token, "getMe", {})).status == code


def _session(scene: Scene) -> InProcessSession:
    assert isinstance(scene.bot.session, InProcessSession)
    return scene.bot.session


VALUES = [
    *("", "0", "-1", "2", "x", "true", "null", "attach://x", "9" * 30, "@x", "🔔"),
    *(
        "[]",
        "{}",
        "[1]",
        "[null]",
        '[["a"]]',
        '[{"id": "1", "type": "article"}]',
        '{"a": {}}',
        '{"type": "x"}',
    ),
    '{"inline_keyboard": [[{"text": "a", "callback_data": null}]]}',
    '{"inline_keyboard": [[{"text": "a", "copy_text": {"text": "a"}}], []]}',
    '{"type": "photo", "media": "attach://x"}',
    '[{"type": "bold", "offset": 5, "length": -3}]',
    '[{"command": "buy", "description": "Buy"}]',
]


@pytest.mark.parametrize("method", sorted(METHODS))
async def test_no_call_however_odd_gets_anything_but_an_answer(scene: Scene, method: str) -> None:
    ann, chance = scene.person(), random.Random(method)
    await scene.bot.send_message(ann, "x", reply_markup=keyboard("go"))
    likely = {
        "chat_id": str(ann),
        "from_chat_id": str(ann),
        "message_id": "2",
        "text": "x",
        "user_id": str(ann),
    }
    names = models()[method].model_fields.keys() - NOT_MODELLED
    for _ in range(200):
        odd = {name: chance.choice(VALUES) for name in sorted(names) if chance.random() < 0.25}
        reply = await _session(scene).exchange.call(TOKEN, method, {**_some(likely, names), **odd})
        assert reply.status in (200, 400, 403, 501)


def _some(likely: dict[str, str], names: Set[str]) -> dict[str, str]:
    return {name: value for name, value in likely.items() if name in names}
