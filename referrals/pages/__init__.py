"""What each page of services, referrals and clinics asks of the record."""
