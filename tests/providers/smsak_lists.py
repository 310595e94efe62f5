"""The lists in SMSAK's document, verbatim, and what stands in them."""

from decimal import Decimal

from bot.providers.base import Country, Price, Service

#: Of the services 2 to 25, in this order: names, counts, costs.
NAMES = [
    "Вконтакте",
    "Odnoklassniki",
    "Avito",
    "viber",
    "telegram",
    "whatsapp",
    "WeChat",
    "Google,Youtube,Gmail",
    "youla.io",
    "Yahoo",
    "Microsoft",
    "facebook",
    "Rambler.ru",
    "yandex",
    "instagram",
    "drugvokrug.ru",
    "mamba.ru",
    "Qiwi",
    "WebMoney",
    "fotostrana.ru",
    "ICQ",
    "Twitter",
    "Mail.ru",
    "Uber",
]
COUNTS = [
    "108",
    "6",
    "127",
    "127",
    "126",
    "126",
    "126",
    "124",
    "126",
    "125",
    "125",
    "125",
    "126",
    "123",
    "125",
    "124",
    "125",
    "125",
    "126",
    "126",
    "126",
    "127",
    "126",
    "126",
]
COSTS = [
    "15",
    "6",
    "5",
    "3",
    "3",
    "1",
    "6",
    "5",
    "2",
    "2",
    "1",
    "1",
    "1",
    "5",
    "4",
    "1",
    "1",
    "3",
    "5",
    "1",
    "1",
    "2",
    "1",
    "3",
]
IDS = tuple(map(str, range(2, 26)))

PRICES = [
    Price(service, "RU", Decimal(cost), int(count))
    for service, count, cost in zip(IDS, COUNTS, COSTS, strict=True)
]
#: getservices has the first two the other way round.
SERVICES = [Service(code, NAMES[IDS.index(code)]) for code in ("3", "2", *IDS[2:])]

NUMBERSSTATUS = (
    '[{"id":"2","name":"Вконтакте","count":"108","logo":"/uploads/logo/vk.png","cost":"15"},'
    '{"id":"3","name":"Odnoklassniki","count":"6","logo":"/uploads/logo/ok.png","cost":"6"},'
    '{"id":"4","name":"Avito","count":"127","logo":"/uploads/logo/av.png","cost":"5"},'
    '{"id":"5","name":"viber","count":"127","logo":"/uploads/logo/vi.png","cost":"3"},'
    '{"id":"6","name":"telegram","count":"126","logo":"/uploads/logo/te.png","cost":"3"},'
    '{"id":"7","name":"whatsapp","count":"126","logo":"/uploads/logo/wh.png","cost":"1"},'
    '{"id":"8","name":"WeChat","count":"126","logo":"/uploads/logo/wc.png","cost":"6"},'
    '{"id":"9","name":"Google,Youtube,Gmail","count":"124","logo":"/uploads/logo/go.png","cost":"5"},'
    '{"id":"10","name":"youla.io","count":"126","logo":"/uploads/logo/yu.png","cost":"2"},'
    '{"id":"11","name":"Yahoo","count":"125","logo":"/uploads/logo/yo.png","cost":"2"},'
    '{"id":"12","name":"Microsoft","count":"125","logo":"/uploads/logo/mi.png","cost":"1"},'
    '{"id":"13","name":"facebook","count":"125","logo":"/uploads/logo/fb.png","cost":"1"},'
    '{"id":"14","name":"Rambler.ru","count":"126","logo":"/uploads/logo/ra.png","cost":"1"},'
    '{"id":"15","name":"yandex","count":"123","logo":"/uploads/logo/ya.png","cost":"5"},'
    '{"id":"16","name":"instagram","count":"125","logo":"/uploads/logo/in.png","cost":"4"},'
    '{"id":"17","name":"drugvokrug.ru","count":"124","logo":"/uploads/logo/we0.png","cost":"1"},'
    '{"id":"18","name":"mamba.ru","count":"125","logo":"/uploads/logo/78.jpg","cost":"1"},'
    '{"id":"19","name":"Qiwi","count":"125","logo":"/uploads/logo/qi.png","cost":"3"},'
    '{"id":"20","name":"WebMoney","count":"126","logo":"/uploads/logo/webmoney.png","cost":"5"},'
    '{"id":"21","name":"fotostrana.ru","count":"126","logo":"/uploads/logo/fotostrana.png","cost":"1"},'
    '{"id":"22","name":"ICQ","count":"126","logo":"/uploads/logo/ic.png","cost":"1"},'
    '{"id":"23","name":"Twitter","count":"127","logo":"/uploads/logo/tw.png","cost":"2"},'
    '{"id":"24","name":"Mail.ru","count":"126","logo":"/uploads/logo/ma.png","cost":"1"},'
    '{"id":"25","name":"Uber","count":"126","logo":"/uploads/logo/ub.png","cost":"3"}]'
)
GETSERVICES = (
    '[{"id":3,"name":"Odnoklassniki","logo":"/uploads/logo/ok.png","cost":6},'
    '{"id":2,"name":"Вконтакте","logo":"/uploads/logo/vk.png","cost":15},'
    '{"id":4,"name":"Avito","logo":"/uploads/logo/av.png","cost":5},'
    '{"id":5,"name":"viber","logo":"/uploads/logo/vi.png","cost":3},'
    '{"id":6,"name":"telegram","logo":"/uploads/logo/te.png","cost":3},'
    '{"id":7,"name":"whatsapp","logo":"/uploads/logo/wh.png","cost":1},'
    '{"id":8,"name":"WeChat","logo":"/uploads/logo/wc.png","cost":6},'
    '{"id":9,"name":"Google,Youtube,Gmail","logo":"/uploads/logo/go.png","cost":5},'
    '{"id":10,"name":"youla.io","logo":"/uploads/logo/yu.png","cost":2},'
    '{"id":11,"name":"Yahoo","logo":"/uploads/logo/yo.png","cost":2},'
    '{"id":12,"name":"Microsoft","logo":"/uploads/logo/mi.png","cost":1},'
    '{"id":13,"name":"facebook","logo":"/uploads/logo/fb.png","cost":1},'
    '{"id":14,"name":"Rambler.ru","logo":"/uploads/logo/ra.png","cost":1},'
    '{"id":15,"name":"yandex","logo":"/uploads/logo/ya.png","cost":5},'
    '{"id":16,"name":"instagram","logo":"/uploads/logo/in.png","cost":4},'
    '{"id":17,"name":"drugvokrug.ru","logo":"/uploads/logo/we0.png","cost":1},'
    '{"id":18,"name":"mamba.ru","logo":"/uploads/logo/78.jpg","cost":1},'
    '{"id":19,"name":"Qiwi","logo":"/uploads/logo/qi.png","cost":3},'
    '{"id":20,"name":"WebMoney","logo":"/uploads/logo/webmoney.png","cost":5},'
    '{"id":21,"name":"fotostrana.ru","logo":"/uploads/logo/fotostrana.png","cost":1},'
    '{"id":22,"name":"ICQ","logo":"/uploads/logo/ic.png","cost":1},'
    '{"id":23,"name":"Twitter","logo":"/uploads/logo/tw.png","cost":2},'
    '{"id":24,"name":"Mail.ru","logo":"/uploads/logo/ma.png","cost":1},'
    '{"id":25,"name":"Uber","logo":"/uploads/logo/ub.png","cost":3}]'
)
COUNTRIES_SHOWN = (
    '[{"name":"Россия","code":"RU"},'
    '{"name":"Украина","code":"UA"},'
    '{"name":"Казахстан","code":"KZ"},'
    '{"name":"Узбекистан","code":"UZ"},'
    '{"name":"Швеция","code":"SE"},'
    '{"name":"Белоруссия","code":"BL"},'
    '{"name":"Великобритания","code":"GB"},'
    '{"name":"Молдова","code":"MD"},'
    '{"name":"Индонезия","code":"ID"},'
    '{"name":"Эстония","code":"EE"}]'
)
COUNTRIES = [
    Country("RU", "RU", "Россия"),
    Country("UA", "UA", "Украина"),
    Country("KZ", "KZ", "Казахстан"),
    Country("UZ", "UZ", "Узбекистан"),
    Country("SE", "SE", "Швеция"),
    Country("BL", "BY", "Белоруссия"),
    Country("GB", "GB", "Великобритания"),
    Country("MD", "MD", "Молдова"),
    Country("ID", "ID", "Индонезия"),
    Country("EE", "EE", "Эстония"),
]
TARIFFS_SHOWN = (
    '[{"id":1,"days":1,"cost":"150.00","country_id":1,"code":"RU"},'
    '{"id":2,"days":7,"cost":"400.00","country_id":1,"code":"RU"},'
    '{"id":14,"days":90,"cost":"3600.00","country_id":2,"code":"UA"},'
    '{"id":15,"days":90,"cost":"2700.00","country_id":3,"code":"KZ"},'
    '{"id":16,"days":180,"cost":"5400.00","country_id":1,"code":"RU"},'
    '{"id":17,"days":180,"cost":"5400.00","country_id":2,"code":"UA"},'
    '{"id":18,"days":180,"cost":"3600.00","country_id":3,"code":"KZ"}]'
)
