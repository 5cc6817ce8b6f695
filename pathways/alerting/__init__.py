"""Alerts that climb until somebody takes them: who is on duty, which level is due, who holds it back."""
