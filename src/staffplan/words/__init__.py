"""Words for readers in their language: English stands in the code, every other language in one file of `catalogs`.

`with speaking("ru"):` around the making of a page or a file is all that a caller does. What is spoken is kept in a
context variable, not a global: words are made deep inside pure functions (a cell's number, a picture's axis), and a
language handed through hundreds of signatures would tell nobody anything. A thread or a process begins in English.
"""

from staffplan.words.catalog import SOURCE, known_language, languages
from staffplan.words.local import currency_of, date_words, figure, weekday_words
from staffplan.words.spoken import language, mark, one_or_many, speaking, tr

__all__ = [
    "SOURCE",
    "currency_of",
    "date_words",
    "figure",
    "known_language",
    "language",
    "languages",
    "mark",
    "one_or_many",
    "speaking",
    "tr",
    "weekday_words",
]
