"""Who hears of refused keys: in everything else a provider is what it was."""

import pytest
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError

from bot.errors import BadKey, Unavailable
from bot.providers.base import Capability, Provider
from bot.providers.observed import Call, observed
from bot.witness import Witness
from storage.notices import Refusal
from tests.doubles import KEY, FakeClock, FakeProvider

Heard = list[tuple[str, str, Refusal]]


@pytest.fixture
def alpha() -> FakeProvider:
    return FakeProvider("alpha", FakeClock())


def listening(alpha: FakeProvider) -> tuple[Provider, Heard]:
    heard: Heard = []

    class Keys:
        """A store of keys that notes refusals."""

        async def note_refusal(self, provider: str, key: SecretStr, refusal: Refusal, _at: object) -> None:
            heard.append((provider, key.get_secret_value(), refusal))

    witness = Witness(Keys(), FakeClock())  # type: ignore[arg-type]
    return observed({"alpha": alpha}, witness.hear)["alpha"], heard


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
    witness = Witness(Full(), FakeClock())  # type: ignore[arg-type]
    provider = observed({"alpha": alpha}, witness.hear)["alpha"]
    with pytest.raises(BadKey):
        await provider.balance(SecretStr(KEY))
    assert "a key that alpha refused was not noted" in caplog.text
    assert KEY not in caplog.text


async def test_who_hears_and_fails_changes_no_answer(
    alpha: FakeProvider, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[Call] = []

    async def deaf(_: Call) -> None:
        raise ZeroDivisionError

    async def hears(call: Call) -> None:
        heard.append(call)

    provider = observed({"alpha": alpha}, deaf, hears)["alpha"]
    assert (await provider.balance(SecretStr(KEY))).currency == "USD"
    assert [(call.question, call.error) for call in heard] == [("balance", None)]
    assert "nobody heard what alpha answered" in caplog.text
    caplog.clear()
