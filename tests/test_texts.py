"""Every word a person reads is in the catalogues, with the same variables in each language."""

import ast
import gettext
import io
import re
import shlex
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.errors import CodebellError
from bot.i18n import LOCALES, Catalogues

ROOT = Path(__file__).parent.parent
LANGUAGES = sorted(file.parent.parent.name for file in LOCALES.glob("*/LC_MESSAGES/bot.po"))

#: What makes a text of the catalogue out of a literal, and what is for the log only: a RuntimeError is the
#: programmer's, told at the start.
TRANSLATES = frozenset({"t", "many", "plain", "text"})
LOGS = frozenset({"debug", "error", "exception", "info", "warning", "RuntimeError"})
#: Calls whose first argument a person reads, and arguments that a person reads in any call.
SHOWN_FIRST = frozenset({"Screen", "copies", "press", "reply"})
SHOWN_BY_NAME = frozenset({"caption", "description", "html", "text"})

#: Where texts of people stand.
ROOMS = ("bot", "handlers", "storage")

TAGS = re.compile(r"<[^>]*>")
WORD = re.compile(r"[^\W\d_]{2,}")
SENTENCE = re.compile(r"[^\W\d_]{2,},? [^\W\d_]{2,}")


def catalogue(language: str) -> Catalog:
    with (LOCALES / language / "LC_MESSAGES" / "bot.po").open("rb") as file:
        return read_po(file, locale=language, domain="bot")


def recipe(target: str) -> list[str]:
    """The commands of a target of the Makefile, as `make` would run them but for its variables."""
    rules = (ROOT / "Makefile").read_text(encoding="utf-8").split(f"\n{target}:", 1)[1]
    return [line.strip().lstrip("@") for line in rules.splitlines()[1:] if line.startswith("\t")][:2]


def test_make_texts_would_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy, pot = tmp_path / "locales", tmp_path / "bot.pot"
    shutil.copytree(LOCALES, copy, ignore=shutil.ignore_patterns("*.mo"))
    monkeypatch.chdir(ROOT)
    for command in recipe("texts"):
        there = command.replace("bot/locales", str(copy)).replace("$(POT)", str(pot))
        pybabel = CommandLineInterface()
        pybabel.run(shlex.split(there.replace("$(BIN)/", "")))  # type: ignore[no-untyped-call] # Babel
    for language in LANGUAGES:
        collected = (copy / language / "LC_MESSAGES" / "bot.po").read_text(encoding="utf-8")
        assert collected == (LOCALES / language / "LC_MESSAGES" / "bot.po").read_text(encoding="utf-8")


def test_every_error_can_be_told() -> None:
    known = catalogue("en")
    errors: list[type[CodebellError]] = [CodebellError, *descendants(CodebellError)]
    assert [error.__name__ for error in errors if error.text not in known] == []


def descendants(error: type[CodebellError]) -> Iterator[type[CodebellError]]:
    for child in error.__subclasses__():
        yield child
        yield from descendants(child)


def test_every_text_of_the_code_was_found() -> None:
    """pybabel misses, without a word, a call inside an f-string and a plural beside another call."""
    collected = {message.id for message in catalogue("en")}
    files = [file for room in ROOMS for file in (ROOT / room).rglob("*.py") if "migrations" not in file.parts]
    there = [text for file in files for text in texts_of(file)]
    assert [text for text in there if text not in collected] == []


def texts_of(file: Path) -> Iterator[str | tuple[str, ...]]:
    """What is translated in a file, as the catalogue knows it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and name_of(node) in TRANSLATES:
            words = [each.value for each in node.args[:2] if isinstance(each, ast.Constant)]
            said = [word for word in words if isinstance(word, str)]
            if said:
                yield tuple(said) if name_of(node) == "many" else said[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_message(language: str) -> None:
    english = {message.id for message in catalogue("en") if message.id}
    messages = [message for message in catalogue(language) if message.id]
    assert {message.id for message in messages} == english
    untranslated = [message.id for message in messages if not all(strings(message))]
    assert language == "en" or untranslated == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_variables_of_its_message(language: str) -> None:
    wrong = [
        message.id
        for message in catalogue(language)
        for string in strings(message)
        if message.id and string and variables(string) != variables(ids(message)[-1])
    ]
    assert wrong == []


def ids(message: Message) -> tuple[str, ...]:
    return tuple(message.id) if isinstance(message.id, (list, tuple)) else (message.id,)


def strings(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, (list, tuple)) else (message.string or "",)


def variables(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_compiled_is_what_was_translated(language: str) -> None:
    compiled = LOCALES / language / "LC_MESSAGES" / "bot.mo"
    fresh = io.BytesIO()
    write_mo(fresh, catalogue(language))
    assert compiled.is_file(), "`make install` compiles the catalogues"
    assert messages_of(compiled.read_bytes()) == messages_of(fresh.getvalue())


def messages_of(compiled: bytes) -> dict[str, str]:
    read = vars(gettext.GNUTranslations(io.BytesIO(compiled)))["_catalog"]
    return {key: value for key, value in read.items() if key}


def test_the_bot_speaks_every_language_there_is_a_catalogue_of() -> None:
    assert sorted(Catalogues().languages) == LANGUAGES


@pytest.mark.parametrize("file", sorted((ROOT / "handlers").glob("*.py")), ids=lambda file: file.stem)
def test_a_person_reads_nothing_that_did_not_come_from_the_catalogue(file: Path) -> None:
    assert untranslated(file.read_text(encoding="utf-8")) == []


def test_an_untranslated_text_would_be_found() -> None:
    shown = 'await show(event, Screen(f"<b>{x}</b> Bought", [[press("Buy", Buy())]]))'
    said = 'words = "Your code is here"\nawait message.answer(text="Yes")'
    fine = (
        'Screen(t("Bought") + "<b>", [[press(t.plain("Buy"), Set(what="tiers"))]])\nlog.info("no such row")'
    )
    assert untranslated(shown) == ["line 1: </b> Bought", "line 1: Buy"]
    assert untranslated(said) == ["line 1: Your code is here", "line 2: Yes"]
    kept = 'words = {"let in": t("let in")}\nif row.reason == "after delete":\n    pass'
    assert untranslated(fine) == untranslated(kept) == []


def untranslated(source: str) -> list[str]:
    return [f"line {literal.lineno}: {literal.value!s}" for literal in bare(ast.parse(source), shown=False)]


def bare(node: ast.AST, shown: bool) -> Iterator[ast.Constant]:
    """Literals that no `t()` has seen: sentences anywhere, and single words where they are `shown`."""
    match node:
        case ast.Constant(value=str(text)):
            if (WORD if shown else SENTENCE).search(TAGS.sub("", text)):
                yield node
        case ast.Call():
            yield from bare_in_call(node)
        case _:
            for child in told(node):
                yield from bare(child, shown and not isinstance(node, ast.Compare))


def told(node: ast.AST) -> Iterable[ast.AST]:
    """The parts that may be shown: not what something is found under or compared with, and no docstring."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.MatchValue():
            return ()
        case ast.Dict(values=values):
            return values
        case ast.Compare(left=left, comparators=others):
            return [one for one in (left, *others) if not isinstance(one, ast.Constant)]
        case _:
            return ast.iter_child_nodes(node)


def bare_in_call(call: ast.Call) -> Iterator[ast.Constant]:
    """What a call is given; nothing where it translates or logs."""
    name = name_of(call)
    if name in TRANSLATES | LOGS:
        return
    yield from bare(call.func, shown=False)
    for position, argument in enumerate(call.args):
        yield from bare(argument, shown=position == 0 and name in SHOWN_FIRST)
    for keyword in call.keywords:
        yield from bare(keyword.value, shown=keyword.arg in SHOWN_BY_NAME)


def name_of(call: ast.Call) -> str:
    """What is called, without what it belongs to."""
    return str(call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", ""))
