"""Planning groups that share agents: the cheapest mix of skill profiles, judged with contacts routed by skill."""

from staffplan.skills.step import MixResult, mix_skills
from staffplan.skills.tables import PlanningGroups, SkillProfiles

__all__ = ["MixResult", "PlanningGroups", "SkillProfiles", "mix_skills"]
