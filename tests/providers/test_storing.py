"""What a site sends can be stored, whatever was cut off on its way."""

from pathlib import Path

from bot.providers.base import Held
from bot.providers.smsak import SmsAk
from storage.activations import ActivationStore, Heard
from storage.models import State
from tests.providers.site import KEY, Said, Site, net
from tests.providers.smsak_answers import PHONE, sms
from tests.storage.shelf import NOW, number, put, shelf, stored


async def test_a_code_rings_although_its_sms_was_cut_through_an_emoji(tmp_path: Path) -> None:
    site = Site((Said(sms('"1234"', r'"Your code 1234 \ud83d\ude00 \ud83d"')),))
    told = await SmsAk(net=net(site)).poll(KEY, Held("707", PHONE, age=100.0))
    async with shelf(tmp_path) as database:
        await put(database, number(await stored(database), "n", State.WAITING))
        heard = Heard(told.code, told.text, told.sender, told.written)
        kept = await ActivationStore(database).received("n", heard, NOW)
    assert kept is not None
    assert (kept.code, kept.text) == ("1234", "Your code 1234 😀 �")
