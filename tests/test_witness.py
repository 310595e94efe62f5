"""Who hears of refused keys: in everything else a provider is what it was."""

import pytest
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError

from bot.errors import BadKey, Unavailable
from bot.providers.base import Capability
from bot.witness import Witness, witnessed
from storage.notices import Refusal
from tests.doubles import KEY, FakeClock, FakeProvider

Heard = list[tuple[str, str, Refusal]]


@pytest.fixture
def alpha() -> FakeProvider:
    return FakeProvider("alpha", FakeClock())


def listening(alpha: FakeProvider) -> tuple[Witness, Heard]:
    heard: Heard = []

    async def note(provider: str, key: SecretStr, refusal: Refusal) -> None:
        heard.append((provider, key.get_secret_value(), refusal))

    return Witness(alpha, note), heard


async def test_a_refused_key_is_heard_of_with_what_was_asked(alpha: FakeProvider) -> None:
    witness, heard = listening(alpha)
    alpha.breaks("prices", BadKey())
    with pytest.raises(BadKey):
        await witness.prices(SecretStr(KEY), "tg", country="1")
    assert heard == [("alpha", KEY, Refusal("prices", "BadKey"))]


async def test_answers_and_trouble_pass_unheard(alpha: FakeProvider) -> None:
    witness, heard = listening(alpha)
    assert (await witness.balance(SecretStr(KEY), paid=True)).currency == "USD"
    alpha.breaks("balance", Unavailable("503"))
    with pytest.raises(Unavailable):
        await witness.balance(SecretStr(KEY))
    assert heard == []


def test_what_it_says_of_itself_is_the_providers(alpha: FakeProvider) -> None:
    witness, _ = listening(alpha)
    alpha.currency = "EUR"
    assert (witness.name, witness.title, witness.currency) == ("alpha", "Alpha", "EUR")
    assert witness.can(Capability.BUY)


async def test_a_database_that_fails_does_not_hide_the_refusal(
    alpha: FakeProvider, caplog: pytest.LogCaptureFixture
) -> None:
    class Full:
        """A store of keys whose disk is full."""

        async def note_refusal(self, *_: object) -> None:
            raise OperationalError("UPDATE", {}, Exception("disk full"))

    alpha.breaks("balance", BadKey())
    provider = witnessed({"alpha": alpha}, Full(), FakeClock())["alpha"]  # type: ignore[arg-type]
    with pytest.raises(BadKey):
        await provider.balance(SecretStr(KEY))
    assert "a key that alpha refused was not noted" in caplog.text
    assert KEY not in caplog.text
