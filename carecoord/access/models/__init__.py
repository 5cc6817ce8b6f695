"""Rows of the access app: people and their teams, and what lets them see a woman."""

from carecoord.access.models.grants import Conflict, Cover, Grant, RoleLabel, Seal
from carecoord.access.models.people import ROLE_CHOICES, Membership, MembershipQuerySet, Team, User, UserManager

__all__ = [
    "ROLE_CHOICES", "Conflict", "Cover", "Grant", "Membership", "MembershipQuerySet", "RoleLabel", "Seal", "Team",
    "User", "UserManager",
]  # fmt: skip
