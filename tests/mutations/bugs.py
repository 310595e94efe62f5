"""Ten bugs that would lose money, a code or a secret, and the test that turns red with each."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Bug:
    """In `file`, every text of `changes` becomes the one beside it; `test` is a pytest node that sees it."""

    name: str
    file: str
    changes: tuple[tuple[str, str], ...]
    test: str

    @property
    def module(self) -> str:
        """The file as Python imports it."""
        return self.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def seeded(self) -> str:
        """The file's text with the bug in it."""
        text = (ROOT / self.file).read_text(encoding="utf-8")
        for old, new in self.changes:
            text = text.replace(old, new)
        return text


BUGS = (
    Bug(
        "drop the lock",
        "bot/accounts.py",
        (("return self._turns.setdefault(account, asyncio.Lock())", "return asyncio.Lock()"),),
        "tests/test_purchases.py::test_b_13_purchases_with_one_key_never_overlap",
    ),
    Bug(
        "drop the compare-and-swap",
        "storage/moves.py",
        (
            (
                "Activation.id == activation_id, Activation.state.in_(while_in)",
                "Activation.id == activation_id",
            ),
        ),
        "tests/storage/test_activations.py"
        "::test_c_8_of_a_code_and_a_cancel_exactly_one_wins_the_number_and_the_code_is_kept",
    ),
    Bug(
        "mark before send",
        "bot/postman.py",
        (
            (
                "            message_id = await send(self._bot, post, drawing)\n",
                "            await self._outbox.sent(post, 0, self._clock(), drawing.again_at)\n"
                "            message_id = await send(self._bot, post, drawing)\n",
            ),
        ),
        "tests/test_postman_crashes.py"
        "::test_c_3_c_4_killed_around_a_send_a_code_is_said_again_unless_it_was_marked",
    ),
    Bug(
        "retry a purchase",
        "bot/spending.py",
        (
            (
                "        except Unclear as unclear:\n            return self._unclear(order, unclear)\n",
                "        except Unclear:\n"
                "            return partial(self._keep, order, await self._call(order))\n",
            ),
        ),
        "tests/test_purchases_doubt.py::test_b_15_a_lost_answer_is_neither_repeated_nor_hidden",
    ),
    Bug(
        "skip the boot poll",
        "bot/watcher.py",
        (("            await duty.rows.wake_all(self._clock(), APART, WITHIN)\n", "            pass\n"),),
        "tests/test_watcher.py::test_a_start_looks_at_everything_that_is_watched_whatever_was_claimed",
    ),
    Bug(
        "log a URL",
        "bot/providers/http.py",
        (
            ("import asyncio\n", "import asyncio\nimport logging\n"),
            (
                "        request = written(self._sign(call, key.get_secret_value()))\n",
                "        request = written(self._sign(call, key.get_secret_value()))\n"
                '        logging.getLogger(__name__).info("asking %s", request.target)\n',
            ),
        ),
        "tests/providers/test_sms3t.py::TestSms3T::test_a_key_that_comes_back_is_not_handed_on",
    ),
    Bug(
        "drop the additional data",
        "storage/vault.py",
        (
            (".encrypt(nonce, secret, bound)", ".encrypt(nonce, secret, None)"),
            (
                ".decrypt(sealed.nonce, sealed.ciphertext, bound)",
                ".decrypt(sealed.nonce, sealed.ciphertext, None)",
            ),
        ),
        "tests/storage/test_vault.py::test_s_11_swapped_ciphertexts_open_for_neither",
    ),
    Bug(
        "foreign keys on in a migration",
        "storage/migrations/__init__.py",
        (
            (
                'await _foreign_keys(connection, database, "OFF")',
                'await _foreign_keys(connection, database, "ON")',
            ),
        ),
        "tests/storage/test_migrations.py::test_s_4_rebuilding_a_table_keeps_its_children_and_leaves_a_backup",
    ),
    Bug(
        "clamp retry_after",
        "bot/floods.py",
        (("until = now + timedelta(seconds=seconds)", "until = now + timedelta(seconds=min(seconds, 300))"),),
        "tests/test_postman_floods.py::test_t_2_a_flood_limit_is_kept_to_the_second_and_burns_no_attempt",
    ),
    Bug(
        "answer first without swallowing",
        "handlers/screen.py",
        (
            (
                '        log.info("a press could not be answered: %s", type(error).__name__)\n',
                "        raise error\n",
            ),
        ),
        "tests/handlers/test_telegram.py::test_t_11_a_press_that_cannot_be_answered_shows_its_screen",
    ),
)
