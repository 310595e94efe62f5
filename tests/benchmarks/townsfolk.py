"""How the town of `tests.benchmarks.town` is filled: SQLite's own statements, in order.

`:now` is its moment, in seconds; `:numbers`, `:chats` and `:posts` are how much of each there is.
"""

#: What chance decides of a number is thrown once and kept: who holds it, when and how it went.
_DICE = """
CREATE TEMP TABLE dice AS
WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :numbers),
thrown AS (
  SELECT n, n - CASE WHEN n % 20 IN (11, 12, 13) THEN n % 20 - 11 ELSE 0 END AS first,
    abs(random()) % 100 AS fate, abs(random()) % 100 AS wish, abs(random()) % 60 AS place,
    abs(random()) % 5 AS shop, 20 + abs(random()) % 600 AS waited, lower(hex(randomblob(3))) ||
  printf('%05x', n) AS id
  FROM number)
SELECT *, :now - 47304000.0 * (:numbers - n) / :numbers AS at,
  CASE WHEN n % 5 = 0 THEN 1 + n / 5 % 10
       WHEN n % 50 = 1 THEN 100 + n / 50 % 200
       ELSE 300 + first * 2654435761 % 79701 END AS owner,
  CASE WHEN n % 50 = 1 THEN -1 WHEN n % 33 = 2 THEN -2 - n % 4998 END AS team
FROM thrown
"""
_CHATS = """
INSERT INTO chats (id, kind, title, language, created_at, seen_at, unreachable_at)
WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :chats)
SELECT CASE WHEN n > 95000 THEN 95000 - n ELSE n END, CASE WHEN n > 95000 THEN 'supergroup' ELSE 'private'
  END,
  'Somebody ' || n, CASE n % 4 WHEN 0 THEN 'uk' WHEN 1 THEN 'en' WHEN 2 THEN 'ru' ELSE 'vi' END,
  :now - 47304000.0 + n * 470, :now - n * 7919 % 20000000, CASE WHEN n % 20 = 7 THEN :now - 86400 * (n %
  90) END
FROM number
"""
_KEYS = """
INSERT INTO provider_keys (id, chat_id, provider, label, tail, kid, nonce, ciphertext, balance, currency,
  balance_at, used_at, created_at, stop_reason, stopped_by, removed_at)
SELECT 'k' || id, id, 'alpha', 'old', printf('%04x', id % 65536), 'none', x'00', randomblob(48), '12.50',
  'USD', seen_at, seen_at,
  created_at, '', '', CASE WHEN id IN (SELECT value FROM json_each(:looked_at)) THEN :now END
FROM chats WHERE id < 80001
"""
_NUMBERS = """
INSERT INTO activations (id, nonce, batch, position, count, chat_id, owner_id, bought_by, for_all, key_id,
  provider, service, service_name, service_code, country, country_name, country_code, operator, cost, agreed,
  currency, state, reason, phone, raw, provider_id, another_sms, created_at, called_at, bought_at, expires_at,
  cancel_from, cancel_called_at, given_back, next_poll_at, polled_at, failures, answered_at, last_code,
  last_written, asked_again, told_sent, ended_at, card_chat_id, card_message_id)
SELECT id,
  CASE WHEN n % 20 NOT IN (11, 12, 13) THEN 'n' || substr(id, 2) WHEN n = first THEN 'b' || first
    ELSE 'b' || first || '/' || (n - first + 1) END,
  CASE WHEN n % 20 IN (11, 12, 13) THEN 'b' || first END,
  CASE WHEN n % 20 IN (11, 12, 13) THEN n - first + 1 ELSE 1 END,
  CASE WHEN n % 20 IN (11, 12, 13) THEN 3 ELSE 1 END,
  coalesce(team, owner), owner, CASE WHEN team IS NOT NULL AND n % 7 = 0 THEN owner + 1 END, 0,
  'k' || coalesce(team, owner),
  CASE shop WHEN 0 THEN 'alpha' WHEN 1 THEN 'beta' WHEN 2 THEN 'smsbower' WHEN 3 THEN 'sms3t' ELSE 'smsak'
  END,
  CASE WHEN wish < 30 THEN 'telegram' WHEN wish < 50 THEN 'whatsapp' WHEN wish < 60 THEN 'google'
    ELSE 'service-' || wish END,
  CASE WHEN wish < 30 THEN 'Telegram' WHEN wish < 50 THEN 'WhatsApp' WHEN wish < 60 THEN 'Google'
    ELSE 'Service ' || wish END,
  CASE WHEN wish < 30 THEN 'tg' WHEN wish < 50 THEN 'wa' WHEN wish < 60 THEN 'go' ELSE 's' || wish END,
  substr('USGBUAVNIDPLDEFRESITBRINKZNLSEPTROCZGRHUATBECHFINODKIELTLVEEMDGEAMAZUZKGTJTMMNLAKHMMTHMYPH' ||
    'BDPKLKNPEG' ||
    'MAKENGGHZACOPEARCL', 1 + place % 58 * 2, 2),
  'Country ' || place, place, NULL, '0.' || (100 + (n * 7919) % 800), '0.' || (100 + (n * 7919) % 800),
  'USD', state,
  CASE state WHEN 'failed' THEN 'NoNumbers' WHEN 'unknown' THEN 'AnswerLost' ELSE '' END,
  CASE WHEN state NOT IN ('failed', 'unknown') THEN '+1' || (2000000000 + n) END,
  CASE WHEN state NOT IN ('failed', 'unknown') THEN '1' || (2000000000 + n) END,
  CASE WHEN state NOT IN ('failed', 'unknown') THEN 1000000000 + n END, 1,
  at, at + 0.2, CASE WHEN state NOT IN ('failed', 'unknown') THEN at + 1 END, at + 1200, at + 120,
  CASE WHEN state = 'cancelled' THEN at + waited END, CASE WHEN state = 'cancelled' THEN 1 END,
  CASE WHEN state = 'waiting' THEN :now + n % 5 WHEN n > :numbers - 400 AND state = 'cancelled' THEN :now +
  30 END,
  at + waited, 0, at + waited,
  CASE WHEN state IN ('received', 'finished') AND n > :numbers * 0.9 THEN 100000 + n % 900000 END, '', 0, 0,
  CASE WHEN state IN ('waiting', 'received') THEN NULL ELSE at + waited END, coalesce(team, owner), n
FROM (SELECT *, CASE WHEN n > :numbers - 300 AND (n % 5 != 0 OR n / 5 % 10 < 7) THEN 'waiting' WHEN fate <
  40 THEN 'finished'
  WHEN fate < 62 THEN 'received' WHEN fate < 84 THEN 'cancelled' WHEN fate < 92 THEN 'expired'
  WHEN fate < 97 OR n % 20 IN (11, 12, 13) THEN 'failed' ELSE 'unknown' END AS state FROM dice) ORDER BY n
"""
_STEPS = """
INSERT INTO steps (id, activation_id, state, at)
SELECT lower(hex(randomblob(2))) || printf('%05x', a.rowid) || 's' || step.n, a.id, CASE step.n WHEN 1 THEN
  'buying' WHEN 2 THEN 'waiting' ELSE a.state END,
  CASE step.n WHEN 1 THEN a.created_at WHEN 2 THEN a.bought_at ELSE coalesce(a.ended_at, a.polled_at) END
FROM activations a JOIN (SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT 3) AS step
  ON step.n = 1 OR (step.n = 2 AND a.bought_at IS NOT NULL) OR (step.n = 3 AND a.state != 'waiting')
"""
_SMS = """
INSERT INTO sms (id, activation_id, position, code, text, sender, written, late, received_at)
SELECT lower(hex(randomblob(3))) || printf('%05x', rowid) || 's', id, 1, coalesce(last_code, ''),
  CASE WHEN last_code IS NOT NULL THEN last_code || ' is your code. Do not share it with anybody.' END,
  CASE WHEN last_code IS NOT NULL THEN 'InfoCenter' END, '', 0, polled_at
FROM activations WHERE state IN ('received', 'finished')
"""
_COPIES = """
INSERT INTO outbox (id, dedup, kind, subject, chat_id, priority, created_at, attempts, version, sent_at,
  message_id, failure, broadcast)
WITH sent(n) AS (VALUES (1), (2), (3))
SELECT lower(hex(randomblob(3))) || printf('%05x', id) || n, 'broadcast:b' || n || ':' || id, 'broadcast',
  'b' || n, id, 3,
  :now - n * 2592000, 0, 1, :now - n * 2592000, id + 7, '', 'b' || n
FROM sent JOIN chats ON chats.kind = 'private' AND chats.unreachable_at IS NULL ORDER BY n, chats.id DESC
"""
_CODES = """
INSERT INTO outbox (id, dedup, kind, subject, chat_id, priority, created_at, next_try_at, attempts, version,
  sent_at, message_id, failure)
SELECT lower(hex(randomblob(3))) || printf('%05x', a.rowid) || 'o', 'code:' || s.id, 'code', s.id,
  a.chat_id, 0, s.received_at, NULL, 0, 1,
  s.received_at + 1, 1, '' FROM sms s JOIN activations a ON a.id = s.activation_id
  WHERE a.rowid > :numbers - (:posts - 270000) / 1.62
"""
_CARDS = """
INSERT INTO outbox (id, dedup, kind, subject, chat_id, priority, created_at, next_try_at, attempts, version,
  sent_at, message_id, failure)
SELECT lower(hex(randomblob(3))) || printf('%05x', rowid) || 'a', 'card:' || id, 'card', id, chat_id, 1,
  created_at,
  CASE WHEN rowid > :numbers - 400 AND rowid % 2 THEN :now + 3600 END, 0, 3,
  CASE WHEN rowid % 100 > 1 THEN coalesce(ended_at, polled_at) END, CASE WHEN rowid % 100 > 1 THEN rowid END,
  CASE rowid % 100 WHEN 0 THEN 'Unreachable' WHEN 1 THEN 'Rejected' ELSE '' END
FROM activations WHERE rowid > :numbers - (:posts - 270000) / 1.62
"""
_BROADCASTS = """
INSERT INTO broadcasts (id, admin_id, source_id, keyboard, title, wording, segment, segment_value, state,
  reason,
  total, sent, blocked, failed, unsure, changing, words, changed, created_at, started_at, ended_at)
WITH sent(n) AS (VALUES (1), (2), (3))
SELECT 'b' || n, 77, n, '', 'News ' || n, 'text', 'all', '', 'done', '', 90250, 90000, 200, 50, 0, '', '', 0,
  :now - n * 2592000, :now - n * 2592000, :now - n * 2592000 + 4000 FROM sent
"""
_MEMBERS = """
INSERT INTO members (chat_id, user_id, name, may_buy, seen_at)
SELECT DISTINCT chat_id, owner_id, 'Member ' || owner_id, 0, :now - owner_id FROM activations WHERE chat_id
  < 0
"""
_SHARINGS = """
INSERT INTO sharings (chat_id, who_buys, who_sees, numbers_per_day, spend_per_day, active_numbers,
  created_at, changed_at)
SELECT id, 'everyone', 'buyer', 50, '100', 20, created_at, created_at FROM chats WHERE id < 0
"""
_GUESTS = """
INSERT INTO guests (id, name, admitted_at, brought_by, blocked_at)
SELECT id, title, created_at, CASE WHEN id < 0 THEN 300 - id END, CASE WHEN id % 500 = 0 THEN seen_at END
FROM chats WHERE id % 10 = 0 OR id < 0
"""
_MESSAGES = """
INSERT INTO messages (id, chat_id, owner_id, key_id, provider, state, reason, recipient, country, channels,
  viber_source, viber_text, viber_caption, viber_url, viber_image, viber_ttl, sms_source, sms_text,
  sms_ttl, flash,
  quoted, currency, created_at, confirmed_at, called_at, sent_at, provider_id, viber_status, viber_raw,
  sms_status,
  sms_raw, sms_cost, failures, ended_at, arrived_at)
SELECT 'm' || id, owner, owner, 'k' || owner, 'alpha', CASE WHEN fate < 90 THEN 'delivered' ELSE
  'undelivered' END,
  '', CASE WHEN n > :numbers * 0.9 THEN '+380' || (500000000 + n) ELSE '' END, 'UA', 'sms', '', '', '', '',
  '', 60,
  'InfoCenter', CASE WHEN n > :numbers * 0.9 THEN 'Dinner is ready.' ELSE '' END, 300, 0, '0.35', 'UAH',
  at, at + 1,
  at + 2, at + 3, n, '', '', 'delivered', 'DELIVRD', '0.35', 0, at + 60, at + 60
FROM dice WHERE n % 25 = 0
"""
_RENTALS = """
INSERT INTO rentals (id, chat_id, owner_id, key_id, provider, country, state, reason, provider_id, phone, raw,
  until, sim_wish, taken_over, created_at, rented_at, ended_at, failures)
SELECT 'r' || id, owner, owner, 'k' || owner, 'alpha', 'US', 'ended', '', n, '+1' || (3000000000 + n), n,
  at + 604800, '', 0, at, at, at + 604800, 0 FROM dice WHERE n % 200 = 0 AND at < :now - 1000000
"""
_ORDERS = """
INSERT INTO rental_orders (id, kind, state, reason, rental_id, chat_id, owner_id, key_id, provider, tariff,
  days,
  country, country_code, cost, currency, created_at, ordered_at, called_at, looks, settled_at)
SELECT 'o' || id, 'rent', 'done', '', id, chat_id, owner_id, key_id, provider, 'week', 7, 'US', '1',
  '7.50', 'USD',
  created_at, created_at, created_at, 0, created_at + 2 FROM rentals
"""
_QUOTES = """
INSERT INTO quotes (nonce, chat_id, owner_id, key_id, service, service_name, service_code, country,
  country_name,
  country_code, cost, currency, suppliers, except_suppliers, avoid_prefixes, count, created_at)
SELECT 'q' || id, owner, owner, 'k' || owner, 'telegram', 'Telegram', 'tg', 'US', 'United States', '1',
  '0.45', 'USD',
  '', '', '', 1, :now - n % 86400 FROM dice WHERE n % 200 = 7 AND team IS NULL
"""
_WATCHES = """
INSERT INTO watches (id, chat_id, owner_id, service, service_name, country, country_name, currency, buys,
  state,
  reason, created_at, until, next_poll_at, failures, late, ended_at)
SELECT 'w' || id, owner, owner, 'telegram', 'Telegram', 'US', 'United States', '', 0, 'ended', '', at, at +
  86400,
  NULL, 0, 0, at + 86400 FROM dice WHERE n % 200 = 3
"""
_MENUS = """
INSERT OR IGNORE INTO menus (chat_id, message_id, owner_id, created_at)
SELECT team, n, owner, at FROM dice WHERE team IS NOT NULL AND n > :numbers * 0.9
"""

STATEMENTS = (
    *("BEGIN", _DICE, _CHATS, _KEYS, _NUMBERS, _STEPS, _SMS, _COPIES, _CODES, _CARDS, _BROADCASTS),
    *(_MEMBERS, _SHARINGS, _GUESTS, _MESSAGES, _RENTALS, _ORDERS, _QUOTES, _WATCHES, _MENUS, "COMMIT"),
)
