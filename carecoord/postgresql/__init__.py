"""Django's PostgreSQL, on the embedded server: it is started or joined when the first connection is made."""
