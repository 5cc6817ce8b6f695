"""Forms of services, referrals and clinics."""
