"""Rows of the access app: people and their teams, what lets them see a woman, and signing in."""

from carecoord.access.models.grants import Conflict, Cover, Grant, RoleLabel, Seal
from carecoord.access.models.openings import ClaimAttempt, Ground, Notice, Opening, Reason
from carecoord.access.models.people import ROLE_CHOICES, Membership, MembershipQuerySet, Team, User, UserManager
from carecoord.access.models.signin import Draft, Pin, SignIn, SignInAlert, SignInFailure

__all__ = [
    "ROLE_CHOICES", "ClaimAttempt", "Conflict", "Cover", "Draft", "Grant", "Ground", "Membership", "MembershipQuerySet",
    "Notice", "Opening", "Pin", "Reason", "RoleLabel", "Seal", "SignIn", "SignInAlert", "SignInFailure", "Team", "User",
    "UserManager",
]  # fmt: skip
