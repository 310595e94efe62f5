"""/export: the files come while the person goes on, and hold nothing of anybody else."""

import csv
import io
import json

from bot.errors import NoNumbers
from tests.doubles import KEY
from tests.house import PATIENCE, Chat, House


def files(chat: Chat, house: House) -> dict[str, bytes]:
    """What came since the person last did something, by its name."""
    documents = [message["document"] for message in chat.news if "document" in message]
    stored = {each["file_name"]: house.world.files.get(each["file_id"]) for each in documents}
    return {name: file.content for name, file in stored.items() if file is not None}


async def test_the_forms_are_offered_with_what_each_is_for(chat: Chat) -> None:
    await chat.say("/export")
    assert "CSV is for spreadsheets" in chat.screen
    assert chat.screen.endswith("Codes, texts and recipients are kept for 30 days.")
    assert chat.buttons == ["📊 CSV", "🧩 JSON", "🗂 History", "◀ Menu"]
    offered = chat.screen
    await chat.press("History")
    await chat.buys()
    await chat.say("/history")
    await chat.press("Export")
    assert chat.screen == offered


async def test_csv_comes_as_a_file_for_each_sort_of_things(chat: Chat, house: House) -> None:
    await chat.buys()
    house.alpha.delivers("04817", "=1+1;Ваш код 04817", "+Telegram")
    await chat.wait(10)
    await chat.say("/export")
    await chat.press("CSV")
    came = files(chat, house)
    assert [*came] == ["codebell-numbers.csv", "codebell-sms.csv"]
    assert [message["caption"] for message in chat.news] == ["1 number", "1 SMS that came"]
    [number], [sms] = (
        [*csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))] for content in came.values()
    )
    assert (number["number"], number["state"], number["service_name"]) == (
        "12015550001",
        "received",
        "Telegram",
    )
    assert (sms["code"], sms["text"], sms["sender"]) == ("04817", "'=1+1;Ваш код 04817", "'+Telegram")
    assert KEY.encode() not in b"".join(came.values())
    assert [call["params"]["action"] for call in house.sent("sendChatAction")] == ["upload_document"]


async def test_json_comes_as_one_document(chat: Chat, house: House) -> None:
    await chat.buys()
    await chat.say("/export")
    await chat.press("JSON")
    came = files(chat, house)
    told = json.loads(came["codebell-export.json"])
    assert [each["number"] for each in told["numbers"]] == ["+12015550001"]
    assert chat.last["caption"] == "1 entry of your history"


async def test_where_there_is_nothing_to_export_it_is_said(chat: Chat, house: House) -> None:
    other = house.person("Bob")
    await house.connect(other, house.alpha, "alpha-key-of-somebody-else")
    await chat.buys()
    for form in ("CSV", "JSON"):
        await other.say("/export")
        await other.press(form)
        assert other.screen.startswith("There is nothing to export yet")
    assert house.sent("sendDocument") == []


async def test_the_person_goes_on_while_their_files_are_on_their_way(chat: Chat, house: House) -> None:
    """A second export waits for the first; whatever else they press is answered."""
    await chat.buys()
    await chat.say("/export")
    house.human.fault("sendDocument", hang=True)
    answers = []
    for label in ("CSV", "JSON", "Menu"):
        click = chat.click(label)
        await house.codebell.poller.fetch(0)
        await house.codebell.poller.drain(PATIENCE)
        answers.append(chat.answer(click))
    assert answers == ["", "Your files are being written already. They come in a moment.", ""]
    assert "What shall it be?" in chat.screen
    await house.codebell.errands.rest()
    await chat.say("/export")
    await chat.press("JSON")
    assert [*files(chat, house)] == ["codebell-export.json"]


async def test_files_that_telegram_does_not_take_are_regretted_in_words(chat: Chat, house: House) -> None:
    await chat.buys()
    await chat.say("/export")
    house.human.fault("sendDocument", code=500)
    await chat.press("CSV")
    assert chat.screen == "Not all files could be sent. Please try again in a minute."
    await chat.press("Export")
    await chat.press("CSV")
    assert [*files(chat, house)] == ["codebell-numbers.csv"]


async def filtered(chat: Chat, house: House) -> None:
    """One that failed, one that got its code and one that waits; the history of what is open."""
    house.alpha.fails("buy", NoNumbers())
    await chat.buys()
    await chat.buys()
    house.alpha.delivers("04817")
    await chat.wait(10)
    await chat.buys("whatsapp us")
    await chat.say("/history")
    for label in ("Filters", "Outcome", "Still open"):
        await chat.press(label)


async def test_an_export_from_a_filtered_history_has_what_is_listed(chat: Chat, house: House) -> None:
    await filtered(chat, house)
    listed = chat.screen
    await chat.press("Export")
    assert chat.screen.startswith(
        "Export\n⏳ Still open\nOnly what these filters let through, as files; keys are never in them."
    )
    assert chat.buttons == ["📊 CSV", "🧩 JSON", "⬇️ Everything", "🗂 History", "◀ Menu"]
    await house.restart()
    await chat.press("CSV")
    [content] = files(chat, house).values()
    assert [row["service_name"] for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))] == [
        "WhatsApp"
    ]
    await chat.press("JSON", on=chat.find("Only what these filters let through"))
    [content] = files(chat, house).values()
    assert [each["service_name"] for each in json.loads(content)["numbers"]] == ["WhatsApp"]
    await chat.press("History", on=chat.find("Only what these filters let through"))
    assert chat.find("History · 1")["text"] == listed


async def test_everything_names_what_failed_and_a_filter_that_lets_nothing_through(
    chat: Chat, house: House
) -> None:
    await filtered(chat, house)
    await chat.press("Export")
    house.alpha.delivers("04818")
    await chat.wait(10)
    panel = chat.find("Only what these filters let through")
    await chat.press("CSV", on=panel)
    assert chat.screen == "Nothing matches these filters."
    await chat.press("Everything", on=panel)
    await chat.press("CSV")
    assert chat.news[0]["caption"] == "3 numbers\nFailed, so not paid: 1"
    await chat.press("JSON", on=chat.find("Everything you bought"))
    assert chat.last["caption"] == "3 entries of your history\nFailed, so not paid: 1"
