"""VolumeForecast to StaffingRequirement: how many people, in every interval, on the line and on duty."""

from staffplan.staffing.crosscheck import CrossCheck, cross_check
from staffplan.staffing.requirement import StaffingResult, staff
from staffplan.staffing.size import waits_by_agents

__all__ = ["CrossCheck", "StaffingResult", "cross_check", "staff", "waits_by_agents"]
