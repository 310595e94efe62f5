"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chats",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("title", sa.String(128), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("created_at", sa.Float(53), nullable=False),
        sa.Column("seen_at", sa.Float(53), nullable=False),
        sa.Column("blocked_until", sa.Float(53), nullable=True),
        sa.Column("unreachable_at", sa.Float(53), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chats")),
    )
    op.create_table(
        "forms",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(64), nullable=True),
        sa.Column("data", sa.String(2048), nullable=False),
        sa.Column("expires_at", sa.Float(53), nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "user_id", name=op.f("pk_forms")),
    )
    op.create_table(
        "learned_waits",
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("refused", sa.Double(), nullable=False),
        sa.Column("at", sa.Float(53), nullable=False),
        sa.PrimaryKeyConstraint("provider", name=op.f("pk_learned_waits")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("dedup", sa.String(96), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(16), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.Float(53), nullable=False),
        sa.Column("next_try_at", sa.Float(53), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.Float(53), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("failure", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("dedup", name=op.f("uq_outbox_dedup")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_due",
            ["priority", "next_try_at"],
            unique=False,
            sqlite_where=sa.text("next_try_at IS NOT NULL"),
            postgresql_where=sa.text("next_try_at IS NOT NULL"),
        )

    op.create_table(
        "provider_keys",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("label", sa.String(64), nullable=False),
        sa.Column("tail", sa.String(4), nullable=False),
        sa.Column("kid", sa.String(16), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("balance", sa.String(32), nullable=True),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("balance_at", sa.Float(53), nullable=True),
        sa.Column("used_at", sa.Float(53), nullable=True),
        sa.Column("created_at", sa.Float(53), nullable=False),
        sa.Column("removed_at", sa.Float(53), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_keys")),
    )
    with op.batch_alter_table("provider_keys", schema=None) as batch_op:
        batch_op.create_index("ix_provider_keys_chat_id", ["chat_id"], unique=False)

    op.create_table(
        "vault_canary",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kid", sa.String(16), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vault_canary")),
    )
    op.create_table(
        "activations",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("nonce", sa.String(16), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("service_name", sa.String(128), nullable=False),
        sa.Column("service_code", sa.String(64), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("country_name", sa.String(64), nullable=False),
        sa.Column("country_code", sa.String(16), nullable=False),
        sa.Column("operator", sa.String(32), nullable=True),
        sa.Column("cost", sa.String(32), nullable=False),
        sa.Column("agreed", sa.String(32), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("phone", sa.String(32), nullable=True),
        sa.Column("raw", sa.String(64), nullable=True),
        sa.Column("provider_id", sa.String(64), nullable=True),
        sa.Column("another_sms", sa.Boolean(), nullable=True),
        sa.Column("created_at", sa.Float(53), nullable=False),
        sa.Column("called_at", sa.Float(53), nullable=True),
        sa.Column("held_before", sa.String(2048), nullable=True),
        sa.Column("balance_before", sa.String(32), nullable=True),
        sa.Column("balance_after", sa.String(32), nullable=True),
        sa.Column("bought_at", sa.Float(53), nullable=True),
        sa.Column("expires_at", sa.Float(53), nullable=True),
        sa.Column("cancel_from", sa.Float(53), nullable=True),
        sa.Column("cancel_at", sa.Float(53), nullable=True),
        sa.Column("cancel_called_at", sa.Float(53), nullable=True),
        sa.Column("next_poll_at", sa.Float(53), nullable=True),
        sa.Column("polled_at", sa.Float(53), nullable=True),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.Float(53), nullable=True),
        sa.Column("last_code", sa.String(64), nullable=True),
        sa.Column("asked_again", sa.Boolean(), nullable=False),
        sa.Column("told_sent", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.Float(53), nullable=True),
        sa.Column("card_chat_id", sa.BigInteger(), nullable=True),
        sa.Column("card_message_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["key_id"], ["provider_keys.id"], name=op.f("fk_activations_key_id_provider_keys")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activations")),
        sa.UniqueConstraint("nonce", name=op.f("uq_activations_nonce")),
    )
    with op.batch_alter_table("activations", schema=None) as batch_op:
        batch_op.create_index("ix_activations_chat_id_created_at", ["chat_id", "created_at"], unique=False)
        batch_op.create_index(
            "ix_activations_held",
            ["key_id", "provider_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('waiting', 'cancelling')"),
            postgresql_where=sa.text("state IN ('waiting', 'cancelling')"),
        )
        batch_op.create_index(batch_op.f("ix_activations_key_id"), ["key_id"], unique=False)
        batch_op.create_index(
            "ix_activations_next_poll_at",
            ["next_poll_at"],
            unique=False,
            sqlite_where=sa.text("next_poll_at IS NOT NULL"),
            postgresql_where=sa.text("next_poll_at IS NOT NULL"),
        )
        batch_op.create_index("ix_activations_owner_id_created_at", ["owner_id", "created_at"], unique=False)

    op.create_table(
        "quotes",
        sa.Column("nonce", sa.String(16), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("service_name", sa.String(128), nullable=False),
        sa.Column("service_code", sa.String(64), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("country_name", sa.String(64), nullable=False),
        sa.Column("country_code", sa.String(16), nullable=False),
        sa.Column("cost", sa.String(32), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("operator", sa.String(32), nullable=True),
        sa.Column("max_price", sa.String(32), nullable=True),
        sa.Column("min_price", sa.String(32), nullable=True),
        sa.Column("suppliers", sa.String(256), nullable=False),
        sa.Column("except_suppliers", sa.String(256), nullable=False),
        sa.Column("avoid_prefixes", sa.String(256), nullable=False),
        sa.Column("created_at", sa.Float(53), nullable=False),
        sa.ForeignKeyConstraint(
            ["key_id"], ["provider_keys.id"], name=op.f("fk_quotes_key_id_provider_keys"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_quotes")),
    )
    with op.batch_alter_table("quotes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quotes_created_at"), ["created_at"], unique=False)

    op.create_table(
        "sms",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("activation_id", sa.String(16), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(256), nullable=False),
        sa.Column("text", sa.String(4096), nullable=True),
        sa.Column("sender", sa.String(64), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.Float(53), nullable=False),
        sa.ForeignKeyConstraint(
            ["activation_id"],
            ["activations.id"],
            name=op.f("fk_sms_activation_id_activations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms")),
        sa.UniqueConstraint("activation_id", "position", name=op.f("uq_sms_activation_id")),
    )
    op.create_table(
        "steps",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("activation_id", sa.String(16), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("at", sa.Float(53), nullable=False),
        sa.ForeignKeyConstraint(
            ["activation_id"],
            ["activations.id"],
            name=op.f("fk_steps_activation_id_activations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_steps")),
    )
    with op.batch_alter_table("steps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_steps_activation_id"), ["activation_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("steps", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_steps_activation_id"))

    op.drop_table("steps")
    op.drop_table("sms")
    with op.batch_alter_table("quotes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quotes_created_at"))

    op.drop_table("quotes")
    with op.batch_alter_table("activations", schema=None) as batch_op:
        batch_op.drop_index("ix_activations_owner_id_created_at")
        batch_op.drop_index(
            "ix_activations_next_poll_at",
            sqlite_where=sa.text("next_poll_at IS NOT NULL"),
            postgresql_where=sa.text("next_poll_at IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_activations_held",
            sqlite_where=sa.text("state IN ('waiting', 'cancelling')"),
            postgresql_where=sa.text("state IN ('waiting', 'cancelling')"),
        )
        batch_op.drop_index(batch_op.f("ix_activations_key_id"))
        batch_op.drop_index("ix_activations_chat_id_created_at")

    op.drop_table("activations")
    op.drop_table("vault_canary")
    with op.batch_alter_table("provider_keys", schema=None) as batch_op:
        batch_op.drop_index("ix_provider_keys_chat_id")

    op.drop_table("provider_keys")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_due",
            sqlite_where=sa.text("next_try_at IS NOT NULL"),
            postgresql_where=sa.text("next_try_at IS NOT NULL"),
        )

    op.drop_table("outbox")
    op.drop_table("learned_waits")
    op.drop_table("forms")
    op.drop_table("chats")
