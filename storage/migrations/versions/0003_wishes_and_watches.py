"""Preferences, favourites and watches; several numbers under one order; notices about keys."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _choices()
    _watches()
    _columns()


def downgrade() -> None:
    op.drop_index("ix_activations_service_created_at", "activations")
    op.drop_index("ix_activations_batch", "activations")
    columns = {
        "quotes": ("count",),
        "activations": ("batch", "position", "count", "try_from", "given_back"),
        "provider_keys": ("low_at", "low_told_at", "stopped_at", "stop_reason", "stopped_by"),
    }
    for table, names in columns.items():
        for name in names:
            op.drop_column(table, name)
    for table in ("watches", "favourites", "ceilings", "preferences"):
        op.drop_table(table)


def _choices() -> None:
    op.create_table(
        "preferences",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("sort", sa.String(12), nullable=False),
        sa.Column("hide_codes", sa.Boolean(), nullable=False),
        sa.Column("quiet_from", sa.BigInteger(), nullable=True),
        sa.Column("quiet_to", sa.BigInteger(), nullable=True),
        sa.Column("utc_offset", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("chat_id", name=op.f("pk_preferences")),
    )
    op.create_table(
        "ceilings",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("purse", sa.String(32), nullable=False),
        sa.Column("amount", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "purse", name=op.f("pk_ceilings")),
    )
    op.create_table(
        "favourites",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("created_at", sa.Float(53), nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "owner_id", "service", name=op.f("pk_favourites")),
    )


def _watches() -> None:
    op.create_table(
        "watches",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.String(16), nullable=True),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("service_name", sa.String(128), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("country_name", sa.String(64), nullable=False),
        sa.Column("max_price", sa.String(32), nullable=True),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("buys", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("created_at", sa.Float(53), nullable=False),
        sa.Column("until", sa.Float(53), nullable=False),
        sa.Column("nonce", sa.String(16), nullable=True),
        sa.Column("found_cost", sa.String(32), nullable=True),
        sa.Column("found_at", sa.Float(53), nullable=True),
        sa.Column("next_poll_at", sa.Float(53), nullable=True),
        sa.Column("polled_at", sa.Float(53), nullable=True),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("late", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.Float(53), nullable=True),
        sa.Column("ended_at", sa.Float(53), nullable=True),
        sa.ForeignKeyConstraint(
            ["key_id"],
            ["provider_keys.id"],
            name=op.f("fk_watches_key_id_provider_keys"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watches")),
    )
    due = sa.text("next_poll_at IS NOT NULL")
    op.create_index(
        "ix_watches_next_poll_at", "watches", ["next_poll_at"], sqlite_where=due, postgresql_where=due
    )
    op.create_index("ix_watches_owner_id_created_at", "watches", ["owner_id", "created_at"])


def _columns() -> None:
    op.add_column("provider_keys", sa.Column("low_at", sa.String(32), nullable=True))
    op.add_column("provider_keys", sa.Column("low_told_at", sa.Float(53), nullable=True))
    op.add_column("provider_keys", sa.Column("stopped_at", sa.Float(53), nullable=True))
    for name in ("stop_reason", "stopped_by"):
        word = sa.Column(name, sa.String(32), nullable=False, server_default="")
        op.add_column("provider_keys", word)
    op.add_column("quotes", sa.Column("count", sa.BigInteger(), nullable=False, server_default="1"))
    op.add_column("activations", sa.Column("batch", sa.String(16), nullable=True))
    for name in ("position", "count"):
        op.add_column("activations", sa.Column(name, sa.BigInteger(), nullable=False, server_default="1"))
    op.add_column("activations", sa.Column("try_from", sa.Float(53), nullable=True))
    op.add_column("activations", sa.Column("given_back", sa.Boolean(), nullable=True))
    op.execute("UPDATE activations SET given_back = (reason <> 'Unconfirmed') WHERE state = 'cancelled'")
    several = sa.text("batch IS NOT NULL")
    op.create_index(
        "ix_activations_batch", "activations", ["batch"], sqlite_where=several, postgresql_where=several
    )
    op.create_index("ix_activations_service_created_at", "activations", ["service", "created_at"])
