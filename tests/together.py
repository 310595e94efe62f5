"""Which tests run in one process: those of a file, and those that share a browser or a demo."""

from pathlib import PurePath

from xdist.scheduler import LoadFileScheduling

BROWSER = "tests/browser"
#: What meets the page alone; whatever else has a browser meets the demo.
PAGE = (f"{BROWSER}/page/", f"{BROWSER}/test_page.py")
#: Who walks through every screen has a demo of their own: together they would be the longest of all.
WALK = f"{BROWSER}/test_walk"


class Together(LoadFileScheduling):  # type: ignore[misc]  # untyped, as all of xdist
    """Files by name, each in one process: a sandbox, a bot and a browser are started once for all who ask.

    Not xdist's groups: they are written where pytest (from 9.2 on) does not look, and nobody is told.
    """

    def _split_scope(self, nodeid: str) -> str:
        return scope(nodeid)


def scope(nodeid: str) -> str:
    """What a test runs together with."""
    file = nodeid.split("::")[0]
    if file.startswith(PAGE):
        return f"{BROWSER}/page"
    if file.startswith(WALK):
        return f"{BROWSER}/walk"
    return f"{BROWSER}/demo" if PurePath(file).is_relative_to(BROWSER) else file
