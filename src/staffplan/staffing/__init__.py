"""VolumeForecast to StaffingRequirement: how many people, in every interval, on the line and on duty."""

from staffplan.staffing.cases import SizingCases
from staffplan.staffing.crosscheck import CrossCheck, cross_check
from staffplan.staffing.explain import Step, explain
from staffplan.staffing.requirement import StaffingResult, staff
from staffplan.staffing.size import agents_one_by_one, size
from staffplan.staffing.worth import service_worth

__all__ = [
    "CrossCheck",
    "SizingCases",
    "StaffingResult",
    "Step",
    "agents_one_by_one",
    "cross_check",
    "explain",
    "service_worth",
    "size",
    "staff",
]
