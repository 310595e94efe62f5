"""Buttons with nobody's ids in them: the menu, the help, the prices, the history."""

from aiogram.filters.callback_data import CallbackData

from bot.exports import Form
from handlers import doors, export, filters, guide, price_lists, start
from storage.history import Kind

#: Filters as a button carries them.
_FILTERS = str(filters.Filters(kind=Kind.NUMBER, country="US", service="telegram"))

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
    doors.History: [doors.History()],
    filters.Listed: [filters.Listed(), filters.Listed(value=_FILTERS, page=1)],
    filters.Filter: [filters.Filter(), filters.Filter(value=_FILTERS)],
    filters.Choose: [filters.Choose(by=by, value=_FILTERS) for by in filters.By],
    doors.Export: [doors.Export()],
    export.Files: [export.Files(form=form) for form in Form],
}
