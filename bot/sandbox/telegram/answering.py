"""The methods that answer what a person did: a press of a button, an inline query."""

import re

from bot.sandbox.telegram import limits, markup
from bot.sandbox.telegram.calls import Call
from bot.sandbox.telegram.entities import Formatted, formatted
from bot.sandbox.telegram.reading import units
from bot.sandbox.telegram.refusals import bad_request, not_modelled
from bot.sandbox.telegram.wire import Json
from bot.sandbox.telegram.world import EVERYBODY, InlineQuery

TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


def answer_callback_query(call: Call) -> bool:
    text = call.params.get("text", "")
    if len(text) > limits.CALLBACK_ANSWER_CHARACTERS:
        raise bad_request("MESSAGE_TOO_LONG")
    press = call.world.presses.get(call.params["callback_query_id"])
    if press is None or press.bot_id != call.account.id or press.answer is not None:
        raise bad_request(TOO_OLD)
    if call.world.clock() - press.at > limits.CALLBACK_ANSWER_SECONDS:
        raise bad_request(TOO_OLD)
    press.answer = _answer(call.params)
    call.world.events.tell("answer", callback_query_id=press.id, **press.answer)
    return True


def _answer(params: Json) -> Json:
    alert = bool(params.get("show_alert"))
    return {"text": params.get("text", ""), "show_alert": alert, "url": params.get("url", "")}


def answer_inline_query(call: Call) -> bool:
    results, button = call.params["results"], call.params.get("button")
    if len(results) > limits.INLINE_RESULTS:
        raise bad_request("too many inline query results specified")
    _check_results(results)
    _check_button(button)
    next_offset = call.params.get("next_offset", "")
    if len(next_offset.encode()) > limits.NEXT_OFFSET_BYTES:
        raise bad_request("NEXT_OFFSET_INVALID")
    query = _waiting(call)
    query.results, query.button, query.next_offset = results, button, next_offset
    _keep(call, query)
    return True


def _waiting(call: Call) -> InlineQuery:
    """The query that can still be answered."""
    query = call.world.inline_queries.get(call.params["inline_query_id"])
    late = query is None or call.world.clock() - query.at > limits.CALLBACK_ANSWER_SECONDS
    if query is None or late or query.results is not None or query.bot_id != call.account.id:
        raise bad_request(TOO_OLD)
    return query


def _keep(call: Call, query: InlineQuery) -> None:
    """Who types the same gets this answer without the bot: everybody, unless it is personal."""
    person = query.user_id if call.params.get("is_personal") else EVERYBODY
    until = call.world.clock() + call.params.get("cache_time", limits.INLINE_ANSWER_SECONDS)
    call.world.inline_answers[query.bot_id, person, query.text, query.offset] = until, query


def _check_results(results: list[Json]) -> None:
    if len({one.get("id") for one in results}) < len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    for result in results:
        if not 1 <= len(str(result.get("id", "")).encode()) <= limits.RESULT_ID_BYTES:
            raise bad_request("RESULT_ID_INVALID")
        if result.get("type") != "article":
            raise not_modelled(f"inline query result of type {result.get('type')}")
        if not result["title"].strip():
            raise bad_request("ARTICLE_TITLE_EMPTY")
        markup.checked(result.get("reply_markup"), only_inline=True)
        _check_text(result_text(result).text)


def _check_text(text: str) -> None:
    if not text:
        raise bad_request("message text is empty")
    if units(text) > limits.TEXT_UNITS:
        raise bad_request("message is too long")


def _check_button(button: Json | None) -> None:
    """Above the results: the way into the private chat."""
    if button is None:
        return
    if "web_app" in button:
        raise not_modelled("web_app button above inline results")
    parameter = button.get("start_parameter", "")
    if not button["text"].strip():
        raise bad_request("SWITCH_PM_TEXT_EMPTY")
    if not parameter:
        raise bad_request("START_PARAM_EMPTY")
    if len(parameter) > limits.START_PARAMETER_CHARACTERS:
        raise bad_request("START_PARAM_TOO_LONG")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", parameter, re.ASCII):
        raise bad_request("START_PARAM_INVALID")


def result_text(result: Json) -> Formatted:
    """The text a chosen result puts into the chat."""
    content = result.get("input_message_content", {})
    if "message_text" not in content:
        raise not_modelled("inline query result without a text")
    return formatted(content["message_text"], content.get("parse_mode"), content.get("entities"))
