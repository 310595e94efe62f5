"""Every request and answer the providers' documents show: built so, and read so."""

import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from bot.errors import CodebellError
from bot.providers import ALL
from tests.providers import samples
from tests.providers.samples import KEY, Exchange, Sample
from tests.providers.site import SECRET, Said, Site, net

DOCUMENTS: tuple[ModuleType, ...] = tuple(
    importlib.import_module(f"{samples.__name__}.{found.name}")
    for found in pkgutil.iter_modules(samples.__path__)
)
SHOWN = [(document, sample) for document in DOCUMENTS for sample in document.SAMPLES]
#: Headers that no document needs to show.
USUAL = frozenset(
    {"accept", "accept-encoding", "connection", "content-length", "content-type", "host", "user-agent"}
)


def name(value: Any) -> str:
    return f"{value.section}" if isinstance(value, Sample) else value.__name__.rsplit(".", 1)[-1]


def gaps(methods: Iterable[str], shown: Iterable[Sample]) -> set[str]:
    """What is wrong with a document's samples: methods without one, unknown methods, two of one name."""
    sections = Counter(sample.section for sample in shown)
    return ({sample.method for sample in shown} ^ set(methods)) | {
        section for section, times in sections.items() if times > 1
    }


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_method_of_a_document_has_a_sample_and_every_sample_a_name_of_its_own(
    document: ModuleType,
) -> None:
    assert document.METHODS
    assert gaps(document.METHODS, document.SAMPLES) == set()


def test_a_method_without_a_sample_an_unknown_one_and_a_name_used_twice_are_noticed() -> None:
    first, last = (Sample(word, word, lambda provider: provider.close(), (), None) for word in ("a", "b"))
    assert gaps({"a", "b"}, (first, last)) == set()
    assert gaps({"a", "b"}, (first,)) == {"b"}
    assert gaps({"a"}, (first, last)) == {"b"}
    assert gaps({"a"}, (first, first)) == {"a"}


def test_every_document_of_a_provider_is_here() -> None:
    assert {document.PROVIDER for document in DOCUMENTS} >= set(ALL)


@pytest.mark.parametrize(("document", "sample"), SHOWN, ids=name)
async def test_a_sample_is_asked_and_read_as_its_document_shows(document: ModuleType, sample: Sample) -> None:
    site = Site(tuple(Said(exchange.says, exchange.status) for exchange in sample.exchanges))
    provider = document.PROVIDER(net=net(site))
    try:
        result = await sample.call(provider)
    except CodebellError as error:
        result = type(error)
    finally:
        await provider.close()
    assert result == sample.gives
    assert len(site.requests) == len(sample.exchanges)
    for request, exchange in zip(site.requests, sample.exchanges, strict=True):
        assert_asked(request, exchange)


@pytest.mark.parametrize(("document", "sample"), SHOWN, ids=name)
def test_only_a_sample_that_says_so_is_broken_json(document: ModuleType, sample: Sample) -> None:
    """Where a document's own JSON is broken, the sample says how."""
    assert any(not is_well_formed(exchange.says) for exchange in sample.exchanges) == bool(sample.broken)


def is_well_formed(answer: str) -> bool:
    """Whether an answer that looks like a JSON document, or like an excerpt of one, is one."""
    if not answer.lstrip().startswith(("{", "[", '"')):
        return True
    try:
        httpx.Response(200, content=answer).json()
    except ValueError:
        return False
    return True


def assert_asked(request: httpx.Request, exchange: Exchange) -> None:
    verb, url = exchange.asks.split(" ", 1)
    wanted = httpx.Request(verb, url.replace(KEY, quote(SECRET, safe="")))
    assert request.method == verb
    assert str(request.url.copy_with(query=None)) == str(wanted.url.copy_with(query=None))
    assert request.url.params == wanted.url.params
    assert_headers(request, exchange.headers or {})
    if exchange.body is None:
        assert request.content == b""
    else:
        assert httpx.Response(200, content=request.content).json() == with_key(exchange.body)


def assert_headers(request: httpx.Request, shown: Mapping[str, str]) -> None:
    for header, value in shown.items():
        assert request.headers[header] == value.replace(KEY, SECRET)
    assert set(request.headers) - USUAL == {header.lower() for header in shown} - USUAL


def with_key(body: Any) -> Any:
    """The body with the key where the sample marks it."""
    if isinstance(body, dict):
        return {field: with_key(value) for field, value in body.items()}
    if isinstance(body, list | tuple):
        return [with_key(value) for value in body]
    return SECRET if body == KEY else body
