"""How many SMS a text takes, by its alphabet: GSM 03.38 with seven bits a sign, or UCS-2 with sixteen."""

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: Each of these takes the place of two: an escape goes before it.
EXTENDED = frozenset("\f^{}\\[~]|€")
#: Places in an SMS that stands alone, and in each part of one that is joined again.
GSM = (160, 153)
UCS = (70, 67)


def segments(text: str) -> int:
    """1 for what fits into one SMS, an empty text included."""
    if set(text) <= BASIC | EXTENDED:
        return _parts([2 if sign in EXTENDED else 1 for sign in text], *GSM)
    return _parts([2 if sign > "\uffff" else 1 for sign in text], *UCS)


def _parts(places: list[int], alone: int, joined: int) -> int:
    """A sign that takes two places is not torn apart: it goes into the next part whole."""
    if sum(places) <= alone:
        return 1
    parts, left = 1, joined
    for wanted in places:
        if wanted > left:
            parts, left = parts + 1, joined
        left -= wanted
    return parts
