"""How she finds working with us (CE-8): asked on paper or on her own device, kept where nobody can read one answer."""
