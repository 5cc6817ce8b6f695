"""Rows of the access app: people and their teams, what lets them see a woman, and signing in."""

from carecoord.access.models.grants import Conflict, Cover, Grant, RoleLabel, Seal
from carecoord.access.models.people import ROLE_CHOICES, Membership, MembershipQuerySet, Team, User, UserManager
from carecoord.access.models.signin import Draft, Pin, SignIn, SignInAlert, SignInFailure

__all__ = [
    "ROLE_CHOICES", "Conflict", "Cover", "Draft", "Grant", "Membership", "MembershipQuerySet", "Pin", "RoleLabel",
    "Seal", "SignIn", "SignInAlert", "SignInFailure", "Team", "User", "UserManager",
]  # fmt: skip
