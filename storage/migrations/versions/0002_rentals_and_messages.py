"""Rented numbers, outgoing messages, forwarded calls."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("recipient", sa.String(16), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("channels", sa.String(32), nullable=False),
        sa.Column("viber_source", sa.String(64), nullable=False),
        sa.Column("viber_text", sa.String(1000), nullable=False),
        sa.Column("viber_caption", sa.String(32), nullable=False),
        sa.Column("viber_url", sa.String(1024), nullable=False),
        sa.Column("viber_image", sa.String(1024), nullable=False),
        sa.Column("viber_ttl", sa.BigInteger(), nullable=False),
        sa.Column("sms_source", sa.String(64), nullable=False),
        sa.Column("sms_text", sa.String(2048), nullable=False),
        sa.Column("sms_ttl", sa.BigInteger(), nullable=False),
        sa.Column("flash", sa.Boolean(), nullable=False),
        sa.Column("quoted", sa.String(32), nullable=True),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("created_at", sa.Float(53), nullable=False),
        sa.Column("confirmed_at", sa.Float(53), nullable=True),
        sa.Column("called_at", sa.Float(53), nullable=True),
        sa.Column("balance_before", sa.String(32), nullable=True),
        sa.Column("balance_after", sa.String(32), nullable=True),
        sa.Column("sent_at", sa.Float(53), nullable=True),
        sa.Column("provider_id", sa.String(64), nullable=True),
        sa.Column("viber_status", sa.String(16), nullable=False),
        sa.Column("viber_raw", sa.String(32), nullable=False),
        sa.Column("viber_cost", sa.String(32), nullable=True),
        sa.Column("sms_status", sa.String(16), nullable=False),
        sa.Column("sms_raw", sa.String(32), nullable=False),
        sa.Column("sms_cost", sa.String(32), nullable=True),
        sa.Column("next_poll_at", sa.Float(53), nullable=True),
        sa.Column("polled_at", sa.Float(53), nullable=True),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.Float(53), nullable=True),
        sa.Column("ended_at", sa.Float(53), nullable=True),
        sa.Column("arrived_at", sa.Float(53), nullable=True),
        sa.ForeignKeyConstraint(
            ["key_id"], ["provider_keys.id"], name=op.f("fk_messages_key_id_provider_keys")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_messages_key_id"), ["key_id"], unique=False)
        batch_op.create_index(
            "ix_messages_next_poll_at",
            ["next_poll_at"],
            unique=False,
            sqlite_where=sa.text("next_poll_at IS NOT NULL"),
            postgresql_where=sa.text("next_poll_at IS NOT NULL"),
        )
        batch_op.create_index("ix_messages_owner_id_confirmed_at", ["owner_id", "confirmed_at"], unique=False)

    op.create_table(
        "rentals",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("provider_id", sa.String(64), nullable=True),
        sa.Column("phone", sa.String(32), nullable=True),
        sa.Column("raw", sa.String(64), nullable=True),
        sa.Column("until", sa.Float(53), nullable=True),
        sa.Column("online", sa.Boolean(), nullable=True),
        sa.Column("sim_wish", sa.String(12), nullable=False),
        sa.Column("sim_wished_at", sa.Float(53), nullable=True),
        sa.Column("pressed_at", sa.Float(53), nullable=True),
        sa.Column("taken_over", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Float(53), nullable=False),
        sa.Column("rented_at", sa.Float(53), nullable=True),
        sa.Column("ended_at", sa.Float(53), nullable=True),
        sa.Column("next_poll_at", sa.Float(53), nullable=True),
        sa.Column("polled_at", sa.Float(53), nullable=True),
        sa.Column("listed_at", sa.Float(53), nullable=True),
        sa.Column("missing_since", sa.Float(53), nullable=True),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.Float(53), nullable=True),
        sa.ForeignKeyConstraint(
            ["key_id"], ["provider_keys.id"], name=op.f("fk_rentals_key_id_provider_keys")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rentals")),
    )
    with op.batch_alter_table("rentals", schema=None) as batch_op:
        batch_op.create_index(
            "ix_rentals_held",
            ["key_id", "provider_id"],
            unique=True,
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )
        batch_op.create_index(batch_op.f("ix_rentals_key_id"), ["key_id"], unique=False)
        batch_op.create_index(
            "ix_rentals_next_poll_at",
            ["next_poll_at"],
            unique=False,
            sqlite_where=sa.text("next_poll_at IS NOT NULL"),
            postgresql_where=sa.text("next_poll_at IS NOT NULL"),
        )
        batch_op.create_index("ix_rentals_owner_id_created_at", ["owner_id", "created_at"], unique=False)

    op.create_table(
        "rental_orders",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("rental_id", sa.String(16), nullable=True),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("tariff", sa.String(64), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("country_code", sa.String(16), nullable=False),
        sa.Column("cost", sa.String(32), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("created_at", sa.Float(53), nullable=False),
        sa.Column("ordered_at", sa.Float(53), nullable=True),
        sa.Column("called_at", sa.Float(53), nullable=True),
        sa.Column("balance_before", sa.String(32), nullable=True),
        sa.Column("balance_after", sa.String(32), nullable=True),
        sa.Column("held_before", sa.String(8192), nullable=True),
        sa.Column("looks", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.Float(53), nullable=True),
        sa.ForeignKeyConstraint(
            ["key_id"],
            ["provider_keys.id"],
            name=op.f("fk_rental_orders_key_id_provider_keys"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["rental_id"], ["rentals.id"], name=op.f("fk_rental_orders_rental_id_rentals"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rental_orders")),
    )
    with op.batch_alter_table("rental_orders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rental_orders_key_id"), ["key_id"], unique=False)
        batch_op.create_index(
            "ix_rental_orders_owner_id_created_at", ["owner_id", "created_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_rental_orders_rental_id"), ["rental_id"], unique=False)

    op.create_table(
        "rental_sms",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("rental_id", sa.String(16), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("sender", sa.String(64), nullable=True),
        sa.Column("text", sa.String(4096), nullable=False),
        sa.Column("written", sa.String(32), nullable=False),
        sa.Column("copy", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.Float(53), nullable=False),
        sa.ForeignKeyConstraint(
            ["rental_id"], ["rentals.id"], name=op.f("fk_rental_sms_rental_id_rentals"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rental_sms")),
        sa.UniqueConstraint("rental_id", "position", name=op.f("uq_rental_sms_rental_id")),
    )
    with op.batch_alter_table("activations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("last_written", sa.String(32), server_default="", nullable=False))
        batch_op.add_column(sa.Column("forward_to", sa.String(16), nullable=True))

    with op.batch_alter_table("sms", schema=None) as batch_op:
        batch_op.add_column(sa.Column("written", sa.String(32), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("sms", schema=None) as batch_op:
        batch_op.drop_column("written")

    with op.batch_alter_table("activations", schema=None) as batch_op:
        batch_op.drop_column("forward_to")
        batch_op.drop_column("last_written")

    op.drop_table("rental_sms")
    with op.batch_alter_table("rental_orders", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rental_orders_rental_id"))
        batch_op.drop_index("ix_rental_orders_owner_id_created_at")
        batch_op.drop_index(batch_op.f("ix_rental_orders_key_id"))

    op.drop_table("rental_orders")
    with op.batch_alter_table("rentals", schema=None) as batch_op:
        batch_op.drop_index("ix_rentals_owner_id_created_at")
        batch_op.drop_index(
            "ix_rentals_next_poll_at",
            sqlite_where=sa.text("next_poll_at IS NOT NULL"),
            postgresql_where=sa.text("next_poll_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_rentals_key_id"))
        batch_op.drop_index(
            "ix_rentals_held",
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )

    op.drop_table("rentals")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index("ix_messages_owner_id_confirmed_at")
        batch_op.drop_index(
            "ix_messages_next_poll_at",
            sqlite_where=sa.text("next_poll_at IS NOT NULL"),
            postgresql_where=sa.text("next_poll_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_messages_key_id"))

    op.drop_table("messages")
