"""A call's parameters: decoded from the fields they travel in, checked against aiogram's method models.

The models allow unknown fields and check no lengths: the first is refused here, the second where it is known.
"""

import inspect
import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin

from aiogram import methods
from aiogram.methods import TelegramMethod
from pydantic import BaseModel, ValidationError

from bot.sandbox.telegram.refusals import bad_request, not_modelled
from bot.sandbox.telegram.wire import Json

#: Newer or rarer ways to send than this Telegram has; ignoring them would be a silent lie.
NOT_MODELLED = frozenset(
    {
        "allow_paid_broadcast",
        "business_connection_id",
        "direct_messages_topic_id",
        "message_effect_id",
        "receiver_user_id",
        "rich_message",
        "suggested_post_parameters",
        "video_start_timestamp",
    }
)


@cache
def models() -> dict[str, type[TelegramMethod[Any]]]:
    """aiogram's model of each Bot API method, by its lower-cased name: the server ignores the case."""
    classes = (one for one in vars(methods).values() if inspect.isclass(one))
    known = (one for one in classes if issubclass(one, TelegramMethod) and one is not TelegramMethod)
    return {one.__api_method__.lower(): one for one in known}


def decode(method: str, raw: Mapping[str, Any]) -> Json:
    """The parameters as typed JSON; 400 for an unknown, missing or malformed one."""
    model = models()[method.lower()]
    params = {name: _decode(model, name, value) for name, value in raw.items() if value not in (None, "")}
    _check(model, params)
    return params


def check_unknown(value: object, where: str) -> None:
    """Refuse fields that aiogram's models let through: `extra="allow"` keeps them aside."""
    if isinstance(value, BaseModel):
        if value.model_extra:
            raise bad_request(f'unknown field "{next(iter(value.model_extra))}" in {where}')
        for name in value.model_fields_set:
            check_unknown(getattr(value, name), where)
    elif isinstance(value, list):
        for one in value:
            check_unknown(one, where)


def _decode(model: type[TelegramMethod[Any]], name: str, value: Any) -> Any:
    if name not in model.model_fields:
        raise bad_request(f'unknown parameter "{name}"')
    if _unknown_here(model, name):
        raise not_modelled(f'parameter "{name}"')
    return _without_nulls(_decode_text(_shape(model, name), name, value) if isinstance(value, str) else value)


def _unknown_here(model: type[TelegramMethod[Any]], name: str) -> bool:
    """Whether the sandbox does not play a parameter; two were moved into another one by Bot API 10.3."""
    if "ephemeral_message_id" in model.model_fields:
        return False
    return name in NOT_MODELLED or (name == "callback_query_id" and "chat_id" in model.model_fields)


def _without_nulls(value: Any) -> Any:
    """A null field is no field, as in Telegram's own parser of JSON objects."""
    if isinstance(value, dict):
        return {name: _without_nulls(one) for name, one in value.items() if one is not None}
    return [_without_nulls(one) for one in value] if isinstance(value, list) else value


def _decode_text(shape: str, name: str, value: str) -> Any:
    match shape:
        case "json":
            return _json(name, value)
        case "bool":
            return value.lower() in ("true", "yes", "1")
        case "int" | "int or text" if re.fullmatch(r"-?[0-9]{1,20}", value, re.ASCII):
            return int(value)
        case "int":
            raise bad_request(f'parameter "{name}" must be an Integer')
        case _:
            return value


@cache
def _shape(model: type[TelegramMethod[Any]], name: str) -> str:
    """How a parameter travels: "json", "bool", "int", "int or text" (a chat id) or "text"."""
    kinds = _kinds(model.model_fields[name].annotation)
    if any(kind is list or _is_object(kind) for kind in kinds):
        return "json"
    if int in kinds:
        return "int or text" if str in kinds else "int"
    return "bool" if bool in kinds else "text"


def _kinds(annotation: Any) -> set[Any]:
    """The classes an annotation allows; a list stands for itself, whatever is in it."""
    origin = get_origin(annotation)
    if origin is None:
        return {annotation}
    if origin in (list, Literal):
        return {origin}
    inner = get_args(annotation)[:1] if origin is Annotated else get_args(annotation)
    return set().union(*(_kinds(one) for one in inner))


def _is_object(kind: Any) -> bool:
    return inspect.isclass(kind) and issubclass(kind, BaseModel)


def _json(name: str, value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        words = "reply keyboard markup" if name == "reply_markup" else name.replace("_", " ")
        raise bad_request(f"can't parse {words} JSON object") from None


def _check(model: type[TelegramMethod[Any]], params: Json) -> None:
    # A broken keyboard, even {"junk": 1}, validates as ReplyKeyboardRemove: markup.py looks at it by its key.
    plain = {name: value for name, value in params.items() if name != "reply_markup"}
    try:
        check_unknown(model.model_validate(plain), "the request")
    except ValidationError as error:
        raise bad_request(_words(error)) from None


def _words(error: ValidationError) -> str:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    if first["type"] == "missing":
        return "message text is empty" if name == "text" else f'parameter "{name}" is required'
    return f'can\'t parse parameter "{name}": {first["msg"]}'
