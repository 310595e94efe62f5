"""A number on its way to a cancel, and how long until its next look."""

from storage.models import Activation
from tests.core import OWNER, Core


async def booked(core: Core) -> Activation:
    """A number whose minimum wait is over and whose cancel is wished for."""
    row = await core.buy()
    core.clock.advance(60)
    return await core.activations.cancel(row.id, OWNER)


def gap(row: Activation, core: Core) -> float:
    """Seconds from now to the next look."""
    assert row.next_poll_at is not None
    return (row.next_poll_at - core.clock()).total_seconds()
