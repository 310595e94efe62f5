"""A small scene in every test: a world, a bot and a person."""

import pytest

from tests.sandbox.telegram.scene import Scene


@pytest.fixture
def scene() -> Scene:
    return Scene()
