"""The name of an element of HTML walks in, a pattern of its tags walks out: what is a tag and what is not.

Only known names are tags, and what follows the name must be attributes, so that "<3", "a<b", "<your name>" and
"<I want my money back>" stay what somebody wrote.
"""

#: Elements that separate what stands before and after them, and those that do not.
BREAKING = "br|p|div|li|ul|ol|tr|table|h[1-6]|hr|blockquote|section|article|pre"
INLINE = (
    "a|abbr|b|body|code|del|em|font|head|html|i|img|ins|mark|q|s|small|span|strike|strong|sub|sup|"
    "tbody|td|th|thead|tt|u"
)


def tags(names: str) -> str:
    """A pattern of opening and closing tags of these names, alternatives of a pattern; takes the time of their length.

    None reaches over U+E000, which may stand between posts.
    """
    return rf"</?(?:{names})(?:\s[^<>=\ue000]*=[^<>\ue000]*+|\s*+/?)>"
