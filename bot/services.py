"""One name per service across providers: a *slug* made of its name, and a table of other names.

Codes are never shared: the same two letters mean different things at different sites.
"""

import csv
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

#: Longer slugs are cut, with a few letters of their hash: they travel in buttons of 64 bytes.
_SLUG_LENGTH = 20
#: So many names are remembered with what they come to: a list asks for each of some thousand.
_NAMES = 20_000


@dataclass(frozen=True, slots=True)
class Known:
    """A well-known service: how it is shown, and what else people call it, in any language."""

    slug: str
    name: str
    #: What sites call it (bare letters), or the code of those that give no names: these are the same service.
    same: tuple[str, ...]
    also: tuple[str, ...]


@cache
def known() -> Mapping[str, Known]:
    """The services of `services.csv`, by slug."""
    text = resources.files("bot").joinpath("services.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    return {row["slug"]: _known(row) for row in rows}


def _known(row: Mapping[str, str]) -> Known:
    also = tuple(name for name in row["also"].split("|") if name)
    return Known(row["slug"], row["name"], tuple(row["same"].split()), also)


@cache
def _slug_of() -> Mapping[str, str]:
    return {name: service.slug for service in known().values() for name in service.same}


#: What most people come for, in this order.
POPULAR = (
    "telegram",
    "whatsapp",
    "google",
    "instagram",
    "facebook",
    "tiktok",
    "openai",
    "twitter",
    "discord",
    "microsoft",
    "amazon",
    "viber",
    "vk",
    "uber",
    "tinder",
    "wechat",
    "line",
    "netflix",
    "steam",
    "paypal",
    "snapchat",
    "apple",
    "signal",
)


@lru_cache(_NAMES)
def slug(name: str) -> str:
    """A service's name as it travels in buttons: `[a-z0-9]`, 20 at the most, the same for every provider."""
    letters = re.sub(r"[\W_]", "", name.casefold())
    bare = re.sub(r"[^a-z0-9]", "", letters)
    # "Яндекс Go" is not what is called "go": only a name all in Latin letters is known by them alone.
    found = _slug_of().get(letters, bare if letters == bare else "")
    if found and len(found) <= _SLUG_LENGTH:
        return found
    return bare[: _SLUG_LENGTH - 8] + hashlib.sha256(name.encode()).hexdigest()[:8]


@lru_cache(_NAMES)
def nice_name(slug_: str, name: str) -> str:
    """How a service is shown: the well-known ones always alike, others as their provider writes them."""
    service = known().get(slug_)
    return name.strip() if service is None else service.name
