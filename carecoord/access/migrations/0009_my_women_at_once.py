"""The women and journeys that a person may see, as sets, for the policies.

A policy that spelt ``access_my_grant`` out was planned anew for every table of every statement, twice over where one
table led to the next: of a ward's page that was nine tenths of what PostgreSQL did. A function's plan is kept with the
connection, and its answer is read once a statement and table, by the statement's snapshot as before.
"""

from django.db import migrations

SETS = """
CREATE FUNCTION cc_my_women() RETURNS SETOF bigint LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT g.woman_id FROM access_my_grant g;
END $$;

CREATE FUNCTION cc_my_journeys() RETURNS SETOF bigint LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT j.id FROM pathways_journey j WHERE j.woman_id IN (SELECT g.woman_id FROM access_my_grant g);
END $$;
"""

NO_SETS = """
DROP FUNCTION cc_my_journeys() CASCADE;  -- with the policies that ask them: what they guarded is closed
DROP FUNCTION cc_my_women() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0008_a_grant_that_begins_later"), ("pathways", "0001_initial")]

    operations = [migrations.RunSQL(SETS, NO_SETS)]
