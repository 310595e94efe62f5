"""Telegram's numbers (core.telegram.org/bots/api and /bots/faq); seconds, bytes and UTF-16 units as named."""

TEXT_UNITS = 4096
CAPTION_UNITS = 1024
CALLBACK_DATA_BYTES = 64
CALLBACK_ANSWER_CHARACTERS = 200
COPY_TEXT_CHARACTERS = 256
BUTTONS = 100
MARKUP_BYTES = 10_240
DELETED_AT_ONCE = 100
COPIED_AT_ONCE = 100
COMMANDS = 100
DESCRIPTION = 512
SHORT_DESCRIPTION = 120
INLINE_RESULTS = 50
INLINE_QUERY_CHARACTERS = 256
RESULT_ID_BYTES = 64
NEXT_OFFSET_BYTES = 64
START_PARAMETER_CHARACTERS = 64
DOWNLOAD_BYTES = 20 * 1024 * 1024
UPLOAD_BYTES = 50 * 1024 * 1024
PHOTO_BYTES = 10 * 1024 * 1024

#: Seconds in which a press can be answered, and for which an unfetched press is kept for polling.
CALLBACK_ANSWER_SECONDS = 15.0
CALLBACK_KEPT_SECONDS = 150.0
#: An inline query that nobody fetched is soon forgotten, and its answer kept so long unless said otherwise.
INLINE_KEPT_SECONDS = 30.0
INLINE_ANSWER_SECONDS = 300.0
UPDATE_KEPT_SECONDS = 86_400.0
LONG_POLL_SECONDS = 50
UPDATES_AT_ONCE = 100
DELETABLE_SECONDS = 48 * 3600
#: How long an ephemeral message is seen at most is not told; a restart of the app may end it sooner.
EPHEMERAL_KEPT_SECONDS = 86_400.0
