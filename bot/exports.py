"""Everything of a chat and a person as files, CSV or JSON; no keys, ever.

CSV, a file for each sort of things there are: `numbers`, `sms`, `rentals`, `orders` (rents and renewals),
`messages`. UTF-8 with a byte order mark, commas, every cell in quotes; the first line has the names of the
columns, which stand in `bot.sheets` and do not change. A line of `sms` or `orders` begins with what it is
of: `of` ("numbers" or "rentals"), `of_id` (the id there) and `number`.

JSON, one document: {"codebell_export": 1, "exported_at": time, "numbers": [{columns…, "steps": [{"state",
"at"}], "sms": […]}], "rentals": [{columns…, "orders": […], "sms": […]}], "messages": [{columns…}]}.

In both the oldest come first, times are ISO 8601 in UTC, money is a decimal as it was written, and what is
not known is empty or null. What would grow above `MOST` bytes goes on in one more file, whole in itself.

A slice at a time is read and written, so nobody waits for long, and one file at most is held in memory.
"""

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from bot.clock import Clock
from bot.errands import Errands
from bot.errors import LimitReached, text
from bot.sheets import SHEETS, Part, Sheet, cell, line, plain, record
from storage.everything import Everything
from storage.models import State
from storage.wanted import Kind, Wanted

#: Bytes of a file; Telegram takes 50 MB.
MOST = 20_000_000
_MARK = b"\xef\xbb\xbf"
#: The files of CSV, and what stands in each: things, or a part of them.
_TABLES: Mapping[str, Sequence[tuple[str, str]]] = {
    "numbers": [("numbers", "")],
    "sms": [("numbers", "sms"), ("rentals", "sms")],
    "rentals": [("rentals", "")],
    "orders": [("rentals", "orders")],
    "messages": [("messages", "")],
}
_BEGINNING = ("of", "of_id", "number")

#: Hears after each slice that it goes on.
Told = Callable[[], Awaitable[None]]
#: The things of a kind that are to be written, with these columns.
Slices = Callable[[Kind, Sequence[Any]], AsyncIterator[Sequence[Any]]]


class StillWriting(LimitReached):
    text = text("Your files are being written already. They come in a moment.")


class Form(StrEnum):
    """How an export is written."""

    CSV = "c"
    JSON = "j"


@dataclass(frozen=True, slots=True)
class File:
    """A file of an export: of which sort of things, "" for all of them, and how many."""

    name: str
    sheet: str
    count: int
    content: bytes
    #: How many of them failed and were not paid.
    failed: int = 0


class _Paper:
    """What is being written; torn off, it is a file, and the next one begins."""

    def __init__(self, sheet: str, ending: str) -> None:
        self._sheet, self._ending = sheet, ending
        self.written = io.BytesIO()
        self.count = self._failed = self._files = 0

    @property
    def size(self) -> int:
        return self.written.tell()

    def torn_off(self) -> File:
        self._files += 1
        more = f"-{self._files}" if self._files > 1 else ""
        name = f"codebell-{self._sheet or 'export'}{more}.{self._ending}"
        file = File(name, self._sheet, self.count, self.written.getvalue(), self._failed)
        self.written, self.count, self._failed = io.BytesIO(), 0, 0
        return file

    def _counts(self, rows: Sequence[Mapping[str, object]]) -> None:
        self.count += len(rows)
        self._failed += sum(row.get("state") == State.FAILED for row in rows)


class _Table(_Paper):
    """Lines of CSV below the names of their columns."""

    def __init__(self, sheet: str, names: Sequence[str]) -> None:
        super().__init__(sheet, "csv")
        self._names = names

    def write(self, rows: Sequence[Mapping[str, object]]) -> None:
        if not self.count:
            self.written.write(_MARK + _lines([self._names]))
        self.written.write(_lines([[cell(name, row.get(name)) for name in self._names] for row in rows]))
        self._counts(rows)


class _Document(_Paper):
    """The lists of things in one document of JSON, in the order of `SHEETS`."""

    def __init__(self, now: datetime) -> None:
        super().__init__("", "json")
        self._head = b'{"codebell_export":1,"exported_at":' + line(plain(now))
        self._coming: Iterator[str] = iter(())
        self._list, self._between = "", b""

    def write(self, to: str, records: Sequence[Mapping[str, object]]) -> None:
        if not self.count:
            self.written.write(self._head)
            self._coming, self._list = iter(SHEETS), ""
        self._turn_to(to)
        for each in records:
            self.written.write(self._between + line(each))
            self._between = b",\n"
        self._counts(records)

    def _turn_to(self, name: str) -> None:
        """Close the list that is open and those before this one."""
        while self._list != name:
            self.written.write(b"\n]" if self._list else b"")
            self._list, self._between = next(self._coming), b"\n"
            self.written.write(b',\n"%s":[' % self._list.encode())

    def torn_off(self) -> File:
        self._turn_to([*SHEETS][-1])
        self.written.write(b"\n]}\n")
        return super().torn_off()


class Exports:
    """Writes exports, a file after the other, and one at a time for a chat."""

    def __init__(self, everything: Everything, clock: Clock, errands: Errands, most: int = MOST) -> None:
        self._everything = everything
        self._clock = clock
        self._errands = errands
        self._most = most

    def begin(self, chat_id: int, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Let an export be written and sent while its person goes on. Raises `StillWriting`."""
        name = f"the export of {chat_id}"
        if name in self._errands:
            raise StillWriting
        self._errands.run(name, work())

    async def files(
        self, form: Form, owner_id: int, chat_id: int, told: Told, wanted: Wanted | None = None
    ) -> AsyncIterator[File]:
        """What is wanted, or all there is; none where there is nothing."""
        write = self._tables if form is Form.CSV else self._documents
        slices = partial(self._everything.slices, owner_id=owner_id, chat_id=chat_id, wanted=wanted)
        async for file in write(slices, told):
            yield file

    # CSV

    async def _tables(self, slices: Slices, told: Told) -> AsyncIterator[File]:
        for name, sources in _TABLES.items():
            table = _Table(name, _names(sources))
            for thing, part in sources:
                async for rows in self._rows(thing, part, slices):
                    table.write(rows)
                    await told()
                    if table.size >= self._most:
                        yield table.torn_off()
            if table.count:
                yield table.torn_off()

    async def _rows(
        self, thing: str, part: str, slices: Slices
    ) -> AsyncIterator[Sequence[Mapping[str, object]]]:
        sheet = SHEETS[thing]
        if part:
            async for rows in self._rows_of_parts(thing, sheet.parts[part], slices):
                yield rows
            return
        columns = [*sheet.columns.values()]
        async for things in slices(sheet.kind, columns):
            yield [dict(zip(sheet.columns, row[2:], strict=True)) for row in things]

    async def _rows_of_parts(
        self, thing: str, part: Part, slices: Slices
    ) -> AsyncIterator[Sequence[Mapping[str, object]]]:
        sheet = SHEETS[thing]
        async for things in slices(sheet.kind, [sheet.columns["number"]]):
            numbers = {row[0]: row[2] for row in things}
            async for rows in self._parts(part, [*numbers]):
                begin = [dict(zip(_BEGINNING, (thing, row[0], numbers[row[0]]), strict=True)) for row in rows]
                told = [dict(zip(part.columns, row[2:], strict=True)) for row in rows]
                yield [{**first, **rest} for first, rest in zip(begin, told, strict=True)]

    def _parts(self, part: Part, ids: Sequence[str]) -> AsyncIterator[Sequence[Any]]:
        return self._everything.of(part.parent, ids, [*part.columns.values()], part.key, *part.only)

    # JSON

    async def _documents(self, slices: Slices, told: Told) -> AsyncIterator[File]:
        document = _Document(self._clock())
        for name, sheet in SHEETS.items():
            columns = [*sheet.columns.values()]
            async for things in slices(sheet.kind, columns):
                document.write(name, await self._records(sheet, things))
                await told()
                if document.size >= self._most:
                    yield document.torn_off()
        if document.count:
            yield document.torn_off()

    async def _records(self, sheet: Sheet, things: Sequence[Any]) -> list[dict[str, object]]:
        """The things of a slice with all that belongs to each."""
        records = {row[0]: record(sheet.columns, row) for row in things}
        for name, part in sheet.parts.items():
            found: dict[str, list[Any]] = {each: [] for each in records}
            async for rows in self._parts(part, [*records]):
                for row in rows:
                    found[row[0]].append(row)
            for each, rows_of_it in found.items():
                rows_of_it.sort(key=part.rank)
                records[each][name] = [record(part.columns, row) for row in rows_of_it]
        return [*records.values()]


def _names(sources: Sequence[tuple[str, str]]) -> Sequence[str]:
    """The columns of a file of CSV: of its first source, which has all of them."""
    thing, part = sources[0]
    sheet = SHEETS[thing]
    return [*_BEGINNING, *sheet.parts[part].columns] if part else [*sheet.columns]


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    return out.getvalue().encode(errors="replace")
