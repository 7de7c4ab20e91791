"""The rules of a site in words: every one in force, where it stands, and whether it ever binds."""

from staffplan.roster.in_words.gaps import agreement_gaps
from staffplan.roster.in_words.needed import always_needed
from staffplan.roster.in_words.never import whether_they_bind
from staffplan.roster.in_words.step import rules_in_words

__all__ = ["agreement_gaps", "always_needed", "rules_in_words", "whether_they_bind"]
