"""How alembic runs a revision: on the connection it is given, inside that connection's transaction."""

from alembic import context

from bot.failpoints import Failpoint, reach
from storage.models import Row

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Row.metadata,
    render_as_batch=True,
    compare_type=True,
    on_version_apply=lambda **_: reach(Failpoint.IN_MIGRATION),
)
with context.begin_transaction():
    context.run_migrations()
