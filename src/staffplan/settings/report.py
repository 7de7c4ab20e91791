"""Settings of what people read: the report, the hand-off files, the summaries."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from staffplan.settings.base import Section
from staffplan.words import SOURCE, known_language


class ReportSettings(Section):
    """Settings of the report, the hand-off files and the summary of a plan."""

    language: Annotated[str, AfterValidator(known_language)] = SOURCE
    """Language of words, numbers and dates: en, de or ru. Columns of CSV files and keys of JSON stay English."""
