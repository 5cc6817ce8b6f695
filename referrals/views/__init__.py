"""Views of services, referrals and clinics: thin; they parse, call a verb or a page, and render."""
