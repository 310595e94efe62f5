"""What is to go wrong with the next calls of the Bot API: errors, floods, odd bodies, silence, hang-ups."""

from dataclasses import dataclass, replace

from bot.sandbox.telegram.wire import Json, Reply, failure

#: How Telegram, or the proxy before it, words a bare status.
WORDS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    500: "Internal Server Error",
    502: "Bad Gateway",
    504: "Gateway Timeout",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. An empty method or no chat means any; `times` None means until it is healed.

    With `after_processing` the call does its work first and only the answer goes wrong.
    """

    method: str = ""
    chat_id: int | None = None
    code: int | None = None
    description: str = ""
    retry_after: int | None = None
    migrate_to_chat_id: int | None = None
    body: str | None = None
    hang: bool = False
    drop: bool = False
    after_processing: bool = False
    times: int | None = 1

    def hits(self, method: str, params: Json) -> bool:
        if self.method.lower() not in ("", method.lower()):
            return False
        return self.chat_id is None or str(params.get("chat_id")) == str(self.chat_id)

    @property
    def words(self) -> str:
        """What the journal says of it."""
        return "hang" if self.hang else "drop" if self.drop else self.reply().body

    def reply(self) -> Reply:
        if self.body is not None:
            return Reply(self.code or 200, self.body, "text/html")
        return failure(self._code(), self._words(), self._parameters())

    def _code(self) -> int:
        if self.code is not None:
            return self.code
        return 429 if self.retry_after is not None else 400 if self.migrate_to_chat_id else 500

    def _words(self) -> str:
        if self.description:
            return self.description
        if self._code() == 429:
            return f"Too Many Requests: retry after {self.retry_after or 1}"
        return WORDS.get(self._code(), "Internal Server Error")

    def _parameters(self) -> Json:
        retry_after = self.retry_after or (1 if self._code() == 429 else None)
        known = {"retry_after": retry_after, "migrate_to_chat_id": self.migrate_to_chat_id}
        return {name: value for name, value in known.items() if value is not None}


class Faults:
    """The faults that are set, oldest first; each is used up after its `times`."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._faults.append(fault)

    def heal(self, method: str = "") -> None:
        """Forget the faults of a method, or all of them."""
        self._faults = [one for one in self._faults if method and one.method.lower() != method.lower()]

    def strike(self, method: str, params: Json) -> Fault | None:
        """The fault this call meets, if any, with one of its times used up."""
        for index, fault in enumerate(self._faults):
            if fault.hits(method, params):
                self._use(index, fault)
                return fault
        return None

    def _use(self, index: int, fault: Fault) -> None:
        if fault.times is None:
            return
        left = fault.times - 1
        self._faults[index : index + 1] = [replace(fault, times=left)] if left > 0 else []
