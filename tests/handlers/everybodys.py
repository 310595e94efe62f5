"""Buttons with nobody's ids in them: the menu, the help and the prices."""

from aiogram.filters.callback_data import CallbackData

from handlers import doors, guide, price_lists, start

EVERYBODYS: dict[type[CallbackData], list[CallbackData]] = {
    doors.Menu: [doors.Menu()],
    start.More: [start.More()],
    doors.Help: [doors.Help()],
    guide.Answer: [guide.Answer(to=question) for question in guide.Question],
    guide.Commands: [guide.Commands()],
    doors.Prices: [doors.Prices()],
    price_lists.Services: [price_lists.Services(), price_lists.Services(iso2="US")],
    price_lists.Places: [price_lists.Places(service="telegram")],
    price_lists.Sellers: [price_lists.Sellers(service="telegram", iso2="US")],
}
