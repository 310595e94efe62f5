"""The methods that answer what a person did: a press of a button, an inline query."""

from bot.sandbox.telegram import limits, markup
from bot.sandbox.telegram.calls import Call
from bot.sandbox.telegram.entities import Formatted, formatted
from bot.sandbox.telegram.refusals import bad_request, not_modelled
from bot.sandbox.telegram.wire import Json

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
    results = call.params["results"]
    if len(results) > limits.INLINE_RESULTS:
        raise bad_request("too many inline query results specified")
    _check_results(results)
    query = call.world.inline_queries.get(call.params["inline_query_id"])
    late = query is None or call.world.clock() - query.at > limits.CALLBACK_ANSWER_SECONDS
    if query is None or late or query.results is not None or query.bot_id != call.account.id:
        raise bad_request(TOO_OLD)
    query.results, query.button = results, call.params.get("button")
    return True


def _check_results(results: list[Json]) -> None:
    if len({one.get("id") for one in results}) < len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    for result in results:
        if not 1 <= len(str(result.get("id", "")).encode()) <= 64:
            raise bad_request("RESULT_ID_INVALID")
        if result.get("type") != "article":
            raise not_modelled(f"inline query result of type {result.get('type')}")
        markup.checked(result.get("reply_markup"), only_inline=True)
        if not result_text(result).text:
            raise bad_request("message text is empty")


def result_text(result: Json) -> Formatted:
    """The text a chosen result puts into the chat."""
    content = result.get("input_message_content", {})
    if "message_text" not in content:
        raise not_modelled("inline query result without a text")
    return formatted(content["message_text"], content.get("parse_mode"), content.get("entities"))
