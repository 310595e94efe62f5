import pytest

from tests.sandbox.telegram.scene import Scene


@pytest.fixture
def scene() -> Scene:
    return Scene()
