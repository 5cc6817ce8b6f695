"""Rows of the access app: people and their teams, what lets them see a woman, and signing in."""

from carecoord.access.models.grants import GIVEN, Conflict, Cover, Grant, Reader, RoleLabel, Seal
from carecoord.access.models.openings import ClaimAttempt, Ground, Notice, Opening, Reason
from carecoord.access.models.people import ROLE_CHOICES, Membership, MembershipQuerySet, Team, User, UserManager
from carecoord.access.models.signin import Draft, Pin, SignIn, SignInAlert, SignInFailure

__all__ = [
    "GIVEN", "ROLE_CHOICES", "ClaimAttempt", "Conflict", "Cover", "Draft", "Grant", "Ground", "Membership",
    "MembershipQuerySet", "Notice", "Opening", "Pin", "Reader", "Reason", "RoleLabel", "Seal", "SignIn",
    "SignInAlert", "SignInFailure", "Team", "User", "UserManager",
]  # fmt: skip
