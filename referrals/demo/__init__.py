"""The demonstration's services, referrals and appointments."""
