"""From an amount down to the rows it comes from: roster, requirement, forecast, history, settings.

An amount knows the parts that add up to it and the sources that its formula takes, each an amount again.
"""

from staffplan.trace.ask import Known, Question, question_of
from staffplan.trace.step import Sources, known_of, trace

__all__ = ["Known", "Question", "Sources", "known_of", "question_of", "trace"]
