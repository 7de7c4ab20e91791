"""StaffingRequirement and Workforce to a Roster, its check and its cover."""
