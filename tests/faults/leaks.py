"""Looks for secrets in everything the bot wrote: as they are, quoted for a URL, in base64, in hex.

After each test `Search` looks through what came since the last one: logs, database files, calls, chats. A
log must not hold codes and whole phone numbers either.
"""

import base64
import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import quote, quote_plus

from bot.sandbox.demo import TOKEN
from bot.sandbox.sites import Site
from bot.sandbox.sites.activation import Activation
from bot.sandbox.sites.rentals import Rental
from bot.sandbox.sites.smsak import SmsAk
from bot.sandbox.sites.smsfly import SmsFly
from bot.sandbox.telegram.wire import Json
from tests.faults.harness import OPENED, Sandbox, content, written

#: Bytes of what was searched before that are searched again: no form of a secret is longer.
OVERLAP = 1024
PAGE = 4096
#: A shorter code is a number like any other.
SHORTEST_CODE = 5
#: A number as people see it, +1 702-819-9921.
_GROUPED = re.compile(rb"\d[\d ()-]{7,}\d")
_MOMENT = re.compile(rb"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}", re.MULTILINE)


def secrets(sandbox: Sandbox) -> dict[str, bytes]:
    """What nobody may read, by name: the bot's token, the master key, every provider's key."""
    given = {"the bot's token": TOKEN.encode(), "the token's secret half": TOKEN.partition(":")[2].encode()}
    given["the master key"] = sandbox.master_key.encode()
    given["the master key's bytes"] = base64.b64decode(sandbox.master_key)
    keys = [(name, key) for name, site in sandbox.sites.items() for key in site.keys]
    return given | {f"{name}'s key …{key[-4:]}": key.encode() for name, key in keys}


@cache
def forms(secret: bytes) -> frozenset[bytes]:
    """The ways a secret may be written; base64 at each of the three places it can begin in a longer text."""
    text = secret.decode("latin-1")
    shifted = [base64.b64encode(bytes(shift) + secret)[4 if shift else 0 : -4] for shift in range(3)]
    urlsafe = [form.replace(b"+", b"-").replace(b"/", b"_") for form in shifted]
    quoted = [quote(text, safe="").encode(), quote_plus(text).encode(), secret.hex().encode()]
    return frozenset({secret, *quoted, *shifted, *urlsafe})


def leaks(sandbox: Sandbox) -> list[str]:
    """The names of the secrets that can be read in what the bot wrote."""
    return readable(written(sandbox), secrets(sandbox))


def readable(text: bytes, hidden: dict[str, bytes]) -> list[str]:
    return [name for name, secret in hidden.items() if any(form in text for form in forms(secret))]


def private(sandbox: Sandbox) -> set[bytes]:
    """What its owner alone may read: the codes that came, and whole numbers, bought, rented, written to."""
    return {value.encode() for site in sandbox.sites.values() for value in (*_codes(site), *_phones(site))}


def _codes(site: Site) -> list[str]:
    numbers: list[Activation | Rental] = [*site.shop.sold.values()]
    if isinstance(site, SmsAk):
        numbers += site.rentals.all.values()
    codes = (sms.code for number in numbers for sms in number.sms)
    return [code for code in codes if len(code) >= SHORTEST_CODE]


def _phones(site: Site) -> list[str]:
    phones = [*site.shop.by_phone]
    if isinstance(site, SmsAk):
        phones += [rental.phone for rental in site.rentals.all.values()]
    if isinstance(site, SmsFly):
        phones += [message.recipient for message in site.post.sent.values()]
    return phones


def _together(number: bytes) -> bytes:
    return re.sub(rb"[ ()-]", b"", number)


@dataclass(slots=True)
class Search:
    """What of one sandbox was searched already."""

    sandbox: Sandbox
    _calls: int = 0
    _said: dict[tuple[int, int], Json] = field(default_factory=dict)
    _read: dict[Path, int] = field(default_factory=dict)
    _pages: dict[Path, list[bytes]] = field(default_factory=dict)

    def found(self) -> list[str]:
        """The names of secrets in what was written since the last look, and codes and numbers in its log."""
        files = [path for path in self.sandbox.folder.rglob("*") if path.is_file()]
        logs = b"\n".join([self._tail(path) for path in files if path.suffix == ".log"])
        pages = [self._changed(path) for path in files if path.suffix != ".log"]
        told = json.dumps([self._called(), self._stands()], ensure_ascii=False).encode()
        return readable(b"\n".join([logs, told, *pages]), secrets(self.sandbox)) + self._personal(logs)

    def _personal(self, logs: bytes) -> list[str]:
        """Which codes and numbers stand in a log by themselves, not within a longer number or word."""
        text = _MOMENT.sub(b"", logs)
        words = {*re.findall(rb"[A-Za-z0-9-]+", text), *map(_together, _GROUPED.findall(text))}
        return [f"{value.decode()} in a log" for value in private(self.sandbox) & words]

    def _tail(self, path: Path) -> bytes:
        """The end of a file that only grows."""
        begin = max(0, self._read.get(path, 0) - OVERLAP)
        text = content(path, begin)
        self._read[path] = begin + len(text)
        return text

    def _changed(self, path: Path) -> bytes:
        """The pages of a file that are not as they were, each between its neighbours."""
        text = content(path)
        pages = [text[begin : begin + PAGE] for begin in range(0, len(text), PAGE)]
        before = self._pages.get(path, [])
        self._pages[path] = pages
        new = [index for index, page in enumerate(pages) if before[index : index + 1] != [page]]
        return b"\n".join([b"".join(pages[max(0, index - 1) : index + 2]) for index in new])

    def _called(self) -> list[Json]:
        calls = self.sandbox.world.journal.since(self._calls)
        self._calls = self.sandbox.world.events.seq
        return calls

    def _stands(self) -> list[Json]:
        """The messages in the chats that are new, or not as they were."""
        chats = self.sandbox.world.chats.values()
        now = {(chat.id, number): said for chat in chats for number, said in chat.messages.items()}
        before, self._said = self._said, now
        return [said for place, said in now.items() if before.get(place) is not said]


_searches: list[Search] = []


def leaked() -> set[str]:
    """What can be read since the last look, in any sandbox; a closed one is looked at for the last time."""
    known = [search.sandbox for search in _searches]
    _searches.extend(Search(sandbox) for sandbox in OPENED if not any(one is sandbox for one in known))
    found = {leak for search in _searches for leak in search.found()}
    OPENED[:] = [sandbox for sandbox in OPENED if not sandbox.closed]
    _searches[:] = [search for search in _searches if not search.sandbox.closed]
    return found
