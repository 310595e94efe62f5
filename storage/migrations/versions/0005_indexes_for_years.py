"""Indexes for tables that have grown for years, and who is being forgotten a slice at a time."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_OPEN = "state IN ('buying', 'waiting', 'cancelling')"
_LOOKED_FOR = "state IN ('unknown', 'failed') AND next_poll_at IS NOT NULL"
_PARKED = "failure = 'Unreachable'"
#: By name: the table, the columns, and which rows; "" is all of them.
_NEW: dict[str, tuple[str, Sequence[str], str]] = {
    "ix_activations_listed": (
        "activations",
        ["owner_id", "created_at", "id", "chat_id", "state", "service", "country", "provider"],
        "",
    ),
    "ix_activations_key_id_provider_id": ("activations", ["key_id", "provider_id"], ""),
    "ix_activations_open": ("activations", ["owner_id", "provider", "state"], _OPEN),
    **{f"ix_activations_open_{column}": ("activations", [column], _OPEN) for column in ("chat_id", "key_id")},
    **{
        f"ix_activations_looked_for_{column}": ("activations", [column], _LOOKED_FOR)
        for column in ("owner_id", "chat_id", "key_id")
    },
    "ix_activations_batch_position": ("activations", ["batch", "position"], "batch IS NOT NULL"),
    "ix_activations_several": ("activations", ["created_at"], "position < count AND state != 'failed'"),
    "ix_outbox_chat_id_next_try_at": ("outbox", ["chat_id", "next_try_at"], ""),
    "ix_outbox_parked": ("outbox", ["chat_id"], _PARKED),
    "ix_members_user_id": ("members", ["user_id"], ""),
    "ix_provider_keys_provider_tail": ("provider_keys", ["provider", "tail"], ""),
    "ix_provider_keys_removed_at": ("provider_keys", ["removed_at"], "removed_at IS NOT NULL"),
    "ix_watches_key_id": ("watches", ["key_id"], "key_id IS NOT NULL"),
    **{
        f"ix_{table}_chat_id": (table, ["chat_id"], "")
        for table in ("messages", "rentals", "rental_orders", "watches")
    },
    "ix_messages_unsent": ("messages", ["state"], "state IN ('draft', 'sending')"),
}
#: What they take the place of.
_OLD: dict[str, tuple[str, Sequence[str], str]] = {
    "ix_activations_owner_id_created_at": ("activations", ["owner_id", "created_at"], ""),
    "ix_activations_key_id": ("activations", ["key_id"], ""),
    "ix_activations_open": ("activations", ["provider", "state"], _OPEN),
    "ix_activations_batch": ("activations", ["batch"], "batch IS NOT NULL"),
    "ix_outbox_parked": ("outbox", ["failure"], _PARKED),
}


def upgrade() -> None:
    _change(_OLD, _NEW)
    op.create_table(
        "leavers",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("wished_at", sa.Float(53), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("pk_leavers")),
    )


def downgrade() -> None:
    op.drop_table("leavers")
    _change(_NEW, _OLD)


def _change(
    old: dict[str, tuple[str, Sequence[str], str]], new: dict[str, tuple[str, Sequence[str], str]]
) -> None:
    for name, (table, _, _) in old.items():
        op.drop_index(name, table)
    for name, (table, columns, which) in new.items():
        only = sa.text(which) if which else None
        op.create_index(name, table, [*columns], sqlite_where=only, postgresql_where=only)
