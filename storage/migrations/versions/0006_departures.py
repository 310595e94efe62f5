"""Groups whose numbers move out in slices, and indexes that do without a table's rows."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_DUE = "next_poll_at IS NOT NULL"
_NEW: dict[str, tuple[str, Sequence[str], str]] = {
    "ix_rentals_chat_id_created_at": ("rentals", ["chat_id", "created_at"], ""),
    "ix_activations_next_poll_at": ("activations", ["next_poll_at", "key_id"], _DUE),
    "ix_activations_good_until": ("activations", ["expires_at", "key_id"], "state = 'received'"),
    "ix_chats_lost": ("chats", ["id"], "unreachable_at IS NOT NULL"),
}
#: What they take the place of.
_OLD: dict[str, tuple[str, Sequence[str], str]] = {
    "ix_rentals_chat_id": ("rentals", ["chat_id"], ""),
    "ix_activations_next_poll_at": ("activations", ["next_poll_at"], _DUE),
}


def upgrade() -> None:
    _change(_OLD, _NEW)
    op.create_table(
        "departures",
        sa.Column("group_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reached", sa.Float(53), nullable=False),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_departures")),
    )


def downgrade() -> None:
    op.drop_table("departures")
    _change(_NEW, _OLD)


def _change(
    old: dict[str, tuple[str, Sequence[str], str]], new: dict[str, tuple[str, Sequence[str], str]]
) -> None:
    for name, (table, _, _) in old.items():
        op.drop_index(name, table)
    for name, (table, columns, which) in new.items():
        only = sa.text(which) if which else None
        op.create_index(name, table, [*columns], sqlite_where=only, postgresql_where=only)
