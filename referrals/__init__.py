"""Services, referrals and appointments."""
