"""Requirements that hold: people on the line by any method, judged by simulation."""

from staffplan.verify.risk import at_risk
from staffplan.verify.step import staff_by_method
from staffplan.verify.worth import worth_by_method

__all__ = ["at_risk", "staff_by_method", "worth_by_method"]
