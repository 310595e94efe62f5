"""What SMSAK answers, made from its document's samples: SMS, errors in every form, refusals in words."""

from bot.providers.base import Outcome, Reading

PHONE = "+79777777777"
SAID = "VK: 93401 - ваш код для регистрации ВКонтакте."
AT = "2017-08-06 12:47:29"


def sms(small: str, text: str, at: str = AT) -> str:
    """One SMS as the site writes it; `small` and `text` in JSON."""
    return f'{{"number":"{PHONE}","from":"VKcom","text":{text},"small":{small},"time":"{at}"}}'


SMS = sms('"93401"', f'"{SAID}"')


def received(code: str, text: str | None = SAID, written: str = AT) -> Reading:
    return Reading(Outcome.RECEIVED, code, text, "VKcom", written)


def error(number: int, message: str = "?") -> tuple[str, str, str]:
    """One error as servers escape its class, as the document shows it, and as short as can be."""
    head = f'{{"name":"error","message":"{message}","code":{number},"status":200,"type":'
    return (
        head + r'"app\\helpers\\apiException"}',
        head + r'"app\helpers\apiException"}',
        f'{{"code":"{number}","message":"{message}"}}',
    )


def says(words: str) -> str:
    """A refusal without a code."""
    return f'{{"error":"{words}"}}'


TOO_SOON = says("Возврат возможен не ранее чем через 30 секунд после взятия")
NOT_FOUND = says("Активация не найдена")
NO = says("Возврат невозможен")
