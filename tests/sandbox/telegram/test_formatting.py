"""The small parsers of HTML and Markdown beside TDLib's own, and the links found in plain text."""

import random
from collections.abc import Callable

import pytest

from bot.sandbox.telegram import html, markdown, tdlib
from bot.sandbox.telegram.entities import formatted
from bot.sandbox.telegram.refusals import Refusal
from bot.sandbox.telegram.wire import Json

Parser = Callable[[str], tuple[str, list[Json]]]

HTML = [
    "<b>hi</b> <i>x<b>y</b></i>",
    "<b>hi",
    "hi</b>",
    "<foo>x</foo>",
    "a < b",
    "&lt;&amp;&quot;&nbsp;&#65;&#x41;&foo; &lt &amp a&b & &amp;lt;",
    "&#0;&#55357;",
    "<a href='http://e.com'>x</a>",
    "<a>x</a><a>e.com</a>",
    '<a href="https://e.com?a=1&amp;b=2"><b>x</b></a>',
    '<a href="http://E.COM/Path">q</a><a href="http://localhost">q</a><a href="e.com">q</a>',
    '<a href="tg://user?id=12">m</a><a href="tg://resolve?domain=x">q</a>',
    '<a href="https://t.me/x_bot?start=a">x</a>',
    "<a href=http://e.com/x>y</a>",
    '<A HREF="http://e.com">x</A>',
    "<a href='foo'>bad</a>",
    "<blockquote expandable>q</blockquote><blockquote>a<blockquote>b</blockquote></blockquote>",
    "<code>a<b>c</b></code>",
    '<pre><code class="language-python">x</code></pre>',
    '<pre>z<code class="language-python">x</code></pre><pre language="c">x</pre>',
    '<tg-spoiler>s</tg-spoiler><span class="tg-spoiler">z</span>',
    "<span>z</span>",
    '<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>',
    '<tg-emoji emoji-id="x">👍</tg-emoji>',
    "<b>a<i>b</b></i>",
    "<b",
    "<a ",
    "<b x>y</b><B>q</b><b >t</b ><b>x</>",
    "<>",
    "</>",
    "<b>a</b",
    "<ins>u</ins><u>u</u><s>s</s><del>s</del><strike>s</strike><em>i</em><strong>b</strong>",
    "<u><b>x</b></u><i>a</i>b<b>👍c</b>",
    "é👍<b>ü</b>👍<zz>",
    "x<br/>y",
]
MARKDOWN = [
    "*b* _i_ __u__ ~s~ ||p|| `c`",
    "a.b",
    "a\\.b \\*a\\* \\",
    "*b",
    "**b",
    "*_bi_* __*ub*__ _i__u___ ___iu___",
    "[x](http://e.com) [x](foo) [x] [e.com] [m](tg://user?id=12)",
    "[x](http://e.com/a\\)b)",
    "[x](",
    "![👍](tg://emoji?id=5368324170671202286)",
    "![x](http://e.com)",
    "![x]",
    "```py\ncode\n``` ```code``` ```\ncode``` ```py code``` ```a``b```",
    "`a\\`b` `a*b`",
    "`a",
    ">q1\n>q2\nout",
    "**>e1\n>e2||",
    ">a\n**>b||\nc",
    ">a||\n>b",
    ">a||b||",
    ">*b\n>c*",
    ">*b\nc*",
    "a>b",
    ">>a",
    "*a\n_b*_",
    "__a_b_c__",
    "__a_b__",
    "👍*é*👍.",
    *"!#(-=|]}{",
]
#: Pieces that are put together at random; the seeds are fixed, so a failure can be repeated.
HTML_PIECES = ["<b>", "</b>", "<i>", "</i>", "a", " ", "\n", "&lt;", "<", "👍", "<code>", "</code>", ">", "&"]
MARKDOWN_PIECES = [*"_*~`|[]()!.\\\n a", "||", "__", "👍", "(http://e.com)"]


def outcome(parser: Parser, text: str) -> tuple[str, list[Json]] | str:
    try:
        return parser(text)
    except ValueError as error:
        return str(error)


def mixtures(pieces: list[str]) -> list[str]:
    chance = random.Random(7)
    return ["".join(chance.choices(pieces, k=chance.randint(1, 7))) for _ in range(400)]


@pytest.mark.parametrize("text", HTML)
def test_the_small_html_parser_says_what_tdlib_says(text: str) -> None:
    assert outcome(html.parse, text) == outcome(tdlib.parse_html, text)


@pytest.mark.parametrize("text", MARKDOWN)
def test_the_small_markdown_parser_says_what_tdlib_says(text: str) -> None:
    assert outcome(markdown.parse, text) == outcome(tdlib.parse_markdown, text)


def test_random_html_means_the_same_to_both_parsers() -> None:
    for text in mixtures(HTML_PIECES):
        assert outcome(html.parse, text) == outcome(tdlib.parse_html, text), text


def test_random_markdown_means_the_same_to_both_parsers() -> None:
    for text in mixtures(MARKDOWN_PIECES):
        assert outcome(markdown.parse, text) == outcome(tdlib.parse_markdown, text), text


@pytest.mark.parametrize(
    "text",
    [
        "/start@codebell_bot hi @someone #tag a@b.co",
        "https://e.com/x?y=1, and (t.me/foo)",
        "/x /a/b a/c /x_1-2 //x /start@ab",
        "(/cmd) foo@barbaz @abcd @ab",
        "👍 /buy",
    ],
)
def test_commands_links_and_mentions_are_found_where_tdlib_finds_them(text: str) -> None:
    assert formatted(text).entities == tdlib.detect(text)


def test_white_space_around_a_text_is_cut_and_entities_move_along() -> None:
    shown = formatted("\n  <b>hi</b>  \n", "HTML")
    assert (shown.text, shown.entities) == ("hi", [{"type": "bold", "offset": 0, "length": 2}])


def test_nothing_else_stands_inside_code() -> None:
    shown = formatted("<code>12<b>34</b> /buy</code>", "HTML")
    assert [one["type"] for one in shown.entities] == ["code"]


@pytest.mark.parametrize("mode", ["html", "HTML", "MarkdownV2", "markdownv2"])
def test_the_case_of_a_parse_mode_does_not_matter(mode: str) -> None:
    assert formatted("x", mode).text == "x"


def test_an_unknown_parse_mode_is_refused_and_the_legacy_one_is_not_modelled() -> None:
    with pytest.raises(Refusal, match="Bad Request: unsupported parse_mode"):
        formatted("x", "bbcode")
    with pytest.raises(Refusal, match="legacy Markdown") as refused:
        formatted("x", "Markdown")
    assert refused.value.code == 501


def test_control_characters_and_direction_overrides_are_taken_out() -> None:
    assert formatted("a\r\nb\x07c\u202ed").text == "a\nb cd"
