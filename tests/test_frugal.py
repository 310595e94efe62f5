"""aiogram's types are the same, built all at once or each at its first use; and little else is loaded."""

import json
import subprocess
import sys
from typing import Any

import pytest

from bot.sandbox.demo import PACKAGES

#: Each type and method of the Bot API: its fields as they were understood, and what it inherits.
TOLD = """
import json, re, sys, aiogram.methods, aiogram.types
from pydantic import BaseModel
found = {}
for room in (aiogram.methods, aiogram.types):
    for name in reversed(room.__all__):
        kind = getattr(room, name)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            assert kind.model_rebuild() in (True, None) and kind.__pydantic_complete__, name
            found[f"{room.__name__}.{name}"] = {
                key: re.sub(" at 0x[0-9a-f]+", "", repr(field)) for key, field in kind.model_fields.items()
            }
sys.stdout.write(json.dumps(found))
"""
FRUGAL = "from bot import frugal; frugal.load_aiogram();"
#: A message with buttons comes in an update; the answer to a method is one, or a plain yes.
USED = """
from aiogram.methods import EditMessageText, Response
from aiogram.types import InlineKeyboardButton as Button, InlineKeyboardMarkup as Markup, Message, Update
chat = {"id": 1, "type": "private", "first_name": "Ann"}
ann = {"id": 1, "is_bot": False, "first_name": "Ann"}
said = {"message_id": 1, "date": 1, "chat": chat, "text": "x", "from": ann}
assert Update.model_validate({"update_id": 1, "message": said}).message.chat.first_name == "Ann"
edit = EditMessageText(text="x", reply_markup=Markup(inline_keyboard=[[Button(text="y", callback_data="z")]]))
assert edit.model_dump(warnings=False)["reply_markup"]["inline_keyboard"][0][0]["text"] == "y"
answer = Response[EditMessageText.__returning__]
assert isinstance(answer.model_validate({"ok": True, "result": said}).result, Message)
assert answer.model_validate({"ok": True, "result": True}).result is True
kinds = {name: getattr(aiogram.types, name) for name in aiogram.types.__all__}
built = [name for name, kind in kinds.items() if getattr(kind, "__pydantic_complete__", False)]
sys.stdout.write(json.dumps(built))
"""
#: Needed for a change of the tables, for pictures, in the demo: not by a bot that starts.
LATER = {"alembic", "matplotlib", "numpy", "PIL"}


def told(program: str) -> Any:
    """What a fresh interpreter prints, as JSON."""
    done = subprocess.run((sys.executable, "-c", program), cwd=PACKAGES, capture_output=True, check=False)
    assert not done.returncode, done.stderr.decode()[-2000:]
    return json.loads(done.stdout)


def test_every_type_is_built_at_its_first_use_as_it_is_built_in_advance() -> None:
    assert told(FRUGAL + TOLD) == told(TOLD)


def test_what_is_used_is_built_and_nothing_else() -> None:
    built = told(FRUGAL + "import aiogram.types, json, sys;" + USED)
    assert {"Update", "InlineKeyboardMarkup"} <= set(built)
    assert len(built) < 60


def test_a_start_loads_nothing_that_is_needed_later() -> None:
    loaded = told(FRUGAL + "import bot.process, json, sys; sys.stdout.write(json.dumps([*sys.modules]))")
    assert LATER & set(loaded) == set()


@pytest.mark.parametrize("odd", ["frugal._from = None", "frugal._BUILD = None"])
def test_where_it_cannot_be_loaded_frugally_it_is_loaded_as_ever(odd: str) -> None:
    whole = "from pydantic import BaseModel; was = BaseModel.__dict__['model_rebuild'];"
    again = "; BaseModel.model_rebuild = was;"
    tell = "import json, sys, aiogram.types as T; sys.stdout.write(json.dumps(T.Chat.__pydantic_complete__))"
    assert told(f"{whole} from bot import frugal; {odd}; frugal.load_aiogram(){again} {tell}")
