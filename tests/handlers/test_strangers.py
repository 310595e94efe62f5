"""What a stranger wrote, as it is shown: harmless, never longer than a message, and nothing to press."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.i18n import Catalogues, visible
from bot.sandbox.telegram.entities import formatted
from handlers.code_rings import draw_code
from handlers.rental_rings import draw_rental_sms
from handlers.screen import LONGEST_SCREEN
from handlers.strangers import mixes_alphabets
from storage.models import Activation, Post, Rental, RentalText, Sms, State

T = Catalogues().texts("en")
LINKS = "Visit https://evil.example or t.me/evil, write to @evil or a@evil.example, send /start #now"
MIXED = "A word here mixes letters of several alphabets"
#: Nothing that can be pressed: no link, name, command or hashtag of a stranger's.
MARKUP = {"bold", "italic", "code", "blockquote"}
HIDDEN = set("\u202e\u2066\u200b\u200f\ufeff\x00\x1b\x7f\x85\u2028\u00ad\u2060\u180e\U000e0041")
TEXTS = st.text(max_size=200) | st.sampled_from(
    [
        "<b>&amp;</b>" * 900,
        "🙂" * 10_000,
        "مرحبا \u202e" * 2_000,
        LINKS,
        "\x00",
        "</code></blockquote><a href='x'>y",
    ]
)


def rung(code: str, text: str | None, sender: str | None) -> list[str]:
    """Both messages that ring with an SMS: of a bought number and of a rented one."""
    row = Activation(
        id="1", service_name="Telegram", phone="+12015550001", state=State.RECEIVED, provider="x"
    )
    sms = Sms(id="1", code=code, text=text, sender=sender, late=False)
    rental = Rental(id="1", phone="+12015550001")
    heard = RentalText(id="1", text=text or "", sender=sender)
    post = Post(message_id=None)
    return [draw_code(sms, row, T, {}).html, draw_rental_sms(heard, rental, T, post).html]


@settings(max_examples=25, deadline=None, database=None, derandomize=True)
@given(code=TEXTS, text=st.none() | TEXTS, sender=st.none() | TEXTS)
@example(code="", text="\u200b", sender="\u202e")
def test_whatever_an_sms_says_it_is_shown_as_text_and_fits_a_message(
    code: str, text: str | None, sender: str | None
) -> None:
    for html in rung(code, text, sender):
        shown = formatted(html, "HTML")
        assert len(shown.text.encode("utf-16-le")) <= 2 * LONGEST_SCREEN
        assert not HIDDEN & set(shown.text)
        assert {one["type"] for one in shown.entities} <= MARKUP
        assert visible(text or "", 900).strip("…").strip() in shown.text


def test_an_address_in_an_sms_can_be_read_and_not_pressed() -> None:
    for html in rung("1", LINKS, "@evil"):
        assert LINKS in formatted(html, "HTML").text
        assert {one["type"] for one in formatted(html, "HTML").entities} <= MARKUP


@pytest.mark.parametrize(
    ("sender", "label"), [("Bank", "From <code>Bank</code> · unverified"), (None, "Sender unknown")]
)
def test_whose_words_they_are_is_never_vouched_for(sender: str | None, label: str) -> None:
    for html in rung("1", "Your account is locked", sender):
        assert label in html


@pytest.mark.parametrize(
    "text", ["pаypal.com", "Visit GОOGLE now", "Βank", "ｐaypal", "𝐩aypal", "Teleɡram и Тelegram"]
)
def test_letters_of_two_alphabets_in_one_word_are_warned_of_and_left_as_they_are(text: str) -> None:
    for html in rung("1", text, "Bank"):
        assert MIXED in html
        assert text in html


@pytest.mark.parametrize(
    "text",
    [
        "Your code is 1234",
        "Код 1234 для Telegram",
        "Ваш код: 1234. WhatsApp",
        "Κωδικός 1234 OTP",
        "密码1234 QQ",
        "5µm",
    ],
)
def test_languages_beside_each_other_are_no_warning(text: str) -> None:
    assert not mixes_alphabets(text)
