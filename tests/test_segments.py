"""How many SMS a text is: the known limits, characters of two units, and what holds for every text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.segments import BASIC, EXTENSION, LIMITS, Encoding, Segments, measure

GSM, UCS = Encoding.GSM_7, Encoding.UCS_2
gsm_texts = st.text(alphabet=sorted(BASIC | EXTENSION), max_size=500)


@pytest.mark.parametrize(
    ("text", "measured"),
    [
        ("", Segments(GSM, 0, 0, 160)),
        ("a", Segments(GSM, 1, 1, 159)),
        ("a" * 160, Segments(GSM, 160, 1, 0)),
        ("a" * 161, Segments(GSM, 161, 2, 145)),
        ("a" * 306, Segments(GSM, 306, 2, 0)),
        ("a" * 307, Segments(GSM, 307, 3, 152)),
        ("€", Segments(GSM, 2, 1, 158)),
        ("a" * 158 + "€", Segments(GSM, 160, 1, 0)),
        ("a" * 159 + "€", Segments(GSM, 161, 2, 145)),
        # The escape and its character stay together: one unit of the first segment is lost.
        ("a" * 152 + "€" + "a" * 10, Segments(GSM, 164, 2, 141)),
        ("€" * 80, Segments(GSM, 160, 1, 0)),
        ("€" * 81, Segments(GSM, 162, 2, 143)),
        ("ñ@£¥Δ\n\r", Segments(GSM, 7, 1, 153)),
        ("[x]\f", Segments(GSM, 7, 1, 153)),
        ("ç", Segments(UCS, 1, 1, 69)),
        ("`", Segments(UCS, 1, 1, 69)),
        ("\t", Segments(UCS, 1, 1, 69)),
        ("і" * 70, Segments(UCS, 70, 1, 0)),
        ("і" * 71, Segments(UCS, 71, 2, 63)),
        ("і" * 134, Segments(UCS, 134, 2, 0)),
        ("і" * 135, Segments(UCS, 135, 3, 66)),
        # In UCS-2 what the extension table holds is a character like any other.
        ("і€", Segments(UCS, 2, 1, 68)),
        ("😀" * 35, Segments(UCS, 70, 1, 0)),
        ("😀" * 36, Segments(UCS, 72, 2, 61)),
        ("і" * 66 + "😀" + "і" * 3, Segments(UCS, 71, 2, 62)),
    ],
)
def test_a_text_has_its_segments(text: str, measured: Segments) -> None:
    assert measure(text) == measured


def test_the_gsm_alphabet_has_127_characters_and_ten_escaped_ones() -> None:
    assert (len(BASIC), len(EXTENSION), len(BASIC & EXTENSION)) == (127, 10, 0)


@given(st.text(max_size=500) | gsm_texts)
def test_units_used_lost_and_left_fill_the_segments(text: str) -> None:
    found = measure(text)
    alone, joined = LIMITS[found.encoding]
    room = max(found.segments, 1) * (alone if found.segments <= 1 else joined)
    lost = room - found.length - found.left
    assert 0 <= lost < max(found.segments, 1)
    assert 0 <= found.left <= alone


@given(st.text(max_size=300))
def test_units_of_ucs_2_are_those_of_utf_16(text: str) -> None:
    found = measure("і" + text)
    assert found.encoding is UCS
    assert found.length == len(("і" + text).encode("utf-16-be")) // 2


@given(gsm_texts, st.text(max_size=200))
def test_a_longer_text_never_has_fewer_segments(text: str, more: str) -> None:
    assert measure(text).encoding is GSM
    assert measure(text + more).segments >= measure(text).segments
