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
        return _parts(len(text) + sum(sign in EXTENDED for sign in text), *GSM)
    return _parts(len(text.encode("utf-16-le", "surrogatepass")) // 2, *UCS)


def _parts(length: int, alone: int, joined: int) -> int:
    return 1 if length <= alone else -(-length // joined)
