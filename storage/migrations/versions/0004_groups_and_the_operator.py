"""Groups that share numbers, what the operator decides, and broadcasts."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLES = (
    *("sharings", "members", "menus", "links", "guests", "switches", "deeds", "incidents", "broadcasts"),
    "counted",
)


def upgrade() -> None:
    _groups()
    _links()
    _guests()
    _operators()
    _broadcasts()
    _columns()
    _figures()
    _counted()


def downgrade() -> None:
    op.drop_index("ix_outbox_parked", "outbox")
    op.drop_index("ix_activations_open", "activations")
    op.drop_index("ix_messages_confirmed_at", "messages")
    op.drop_index("ix_rental_orders_ordered_at", "rental_orders")
    op.drop_index("ix_activations_created_at", "activations")
    op.drop_index("ix_outbox_broadcast", "outbox")
    op.drop_column("outbox", "broadcast")
    op.drop_column("activations", "for_all")
    op.drop_index("ix_activations_bought_by", "activations")
    op.drop_column("activations", "bought_by")
    for table in reversed(_TABLES):
        op.drop_table(table)


def _groups() -> None:
    op.create_table(
        "sharings",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("who_buys", sa.String(12), nullable=False),
        sa.Column("who_sees", sa.String(12), nullable=False),
        sa.Column("numbers_per_day", sa.BigInteger(), nullable=False),
        sa.Column("spend_per_day", sa.String(32), nullable=False),
        sa.Column("active_numbers", sa.BigInteger(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.Float(53), nullable=False),
        sa.Column("changed_at", sa.Float(53), nullable=False),
        sa.PrimaryKeyConstraint("chat_id", name=op.f("pk_sharings")),
    )
    op.create_table(
        "members",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("may_buy", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.Float(53), nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "user_id", name=op.f("pk_members")),
    )
    op.create_table(
        "menus",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.Float(53), nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "message_id", name=op.f("pk_menus")),
    )
    op.create_index(op.f("ix_menus_created_at"), "menus", ["created_at"])


def _links() -> None:
    op.create_table(
        "links",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(12), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("chat_id", sa.BigInteger(), nullable=True),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.Float(53), nullable=False),
        sa.Column("expires_at", sa.Float(53), nullable=False),
        sa.Column("used_at", sa.Float(53), nullable=True),
        sa.Column("used_by", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_links")),
    )
    op.create_index("ix_links_expires_at", "links", ["expires_at"])


def _guests() -> None:
    op.create_table(
        "guests",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("admitted_at", sa.Float(53), nullable=True),
        sa.Column("admitted_by", sa.BigInteger(), nullable=True),
        sa.Column("brought_by", sa.BigInteger(), nullable=True),
        sa.Column("blocked_at", sa.Float(53), nullable=True),
        sa.Column("blocked_by", sa.BigInteger(), nullable=True),
        sa.Column("purchases_per_day", sa.BigInteger(), nullable=True),
        sa.Column("active_numbers", sa.BigInteger(), nullable=True),
        sa.Column("messages_per_day", sa.BigInteger(), nullable=True),
        sa.Column("spend_per_day", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guests")),
    )


def _operators() -> None:
    op.create_table(
        "switches",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.Float(53), nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_switches")),
    )
    op.create_table(
        "deeds",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("at", sa.Float(53), nullable=False),
        sa.Column("admin_id", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("about", sa.String(256), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deeds")),
    )
    op.create_index(op.f("ix_deeds_at"), "deeds", ["at"])
    op.create_table(
        "incidents",
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("since", sa.Float(53), nullable=False),
        sa.Column("returns", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.String(256), nullable=False),
        sa.Column("told_at", sa.Float(53), nullable=True),
        sa.Column("ended_at", sa.Float(53), nullable=True),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_incidents")),
    )


def _broadcasts() -> None:
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("admin_id", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("keyboard", sa.Text(), nullable=False),
        sa.Column("title", sa.String(64), nullable=False),
        sa.Column("wording", sa.String(8), nullable=False),
        sa.Column("segment", sa.String(16), nullable=False),
        sa.Column("segment_value", sa.String(16), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("reached", sa.BigInteger(), nullable=True),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("total", "sent", "blocked", "failed", "unsure")
        ),
        sa.Column("changing", sa.String(8), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.Float(53), nullable=False),
        sa.Column("started_at", sa.Float(53), nullable=True),
        sa.Column("ended_at", sa.Float(53), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcasts")),
    )
    going_on = sa.text("state = 'running' OR changing != ''")
    op.create_index(
        "ix_broadcasts_going", "broadcasts", ["state"], sqlite_where=going_on, postgresql_where=going_on
    )
    op.create_index(op.f("ix_broadcasts_created_at"), "broadcasts", ["created_at"])


def _columns() -> None:
    op.add_column("activations", sa.Column("bought_by", sa.BigInteger(), nullable=True))
    op.add_column(
        "activations",
        sa.Column("for_all", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    handed_over = sa.text("bought_by IS NOT NULL")
    op.create_index(
        "ix_activations_bought_by",
        "activations",
        ["bought_by"],
        sqlite_where=handed_over,
        postgresql_where=handed_over,
    )
    op.add_column("outbox", sa.Column("broadcast", sa.String(16), nullable=True))
    copies = sa.text("broadcast IS NOT NULL")
    op.create_index(
        "ix_outbox_broadcast",
        "outbox",
        ["broadcast", "chat_id"],
        sqlite_where=copies,
        postgresql_where=copies,
    )


def _figures() -> None:
    """What the operator's figures are read by."""
    op.create_index("ix_activations_created_at", "activations", ["created_at"])
    op.create_index("ix_rental_orders_ordered_at", "rental_orders", ["ordered_at"])
    op.create_index("ix_messages_confirmed_at", "messages", ["confirmed_at"])
    parked = sa.text("failure = 'Unreachable'")
    going_on = sa.text("state IN ('buying', 'waiting', 'cancelling')")
    op.create_index(
        "ix_activations_open",
        "activations",
        ["provider", "state"],
        sqlite_where=going_on,
        postgresql_where=going_on,
    )
    op.create_index("ix_outbox_parked", "outbox", ["failure"], sqlite_where=parked, postgresql_where=parked)


def _counted() -> None:
    op.create_table(
        "counted",
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("row_id", sa.String(16), nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("until", sa.Float(53), nullable=False),
        sa.PrimaryKeyConstraint("kind", "row_id", name=op.f("pk_counted")),
    )
    op.create_index(op.f("ix_counted_mark"), "counted", ["mark"])
