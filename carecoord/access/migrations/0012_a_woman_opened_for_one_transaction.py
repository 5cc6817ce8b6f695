"""A woman whose record a function of the database opens until the transaction ends, without anybody who acts.

Who has no account can prove something else: that they were sent a link and told its code. The function that checks
the proof sets ``app.woman``; to the policies that is a grant for her alone, and no label comes with it.
"""

from django.db import migrations

BY_GRANT = """
    SELECT g.woman_id, g.kind, g.labels, g.ends_at FROM access_grant g
    WHERE (g.user_id = (SELECT cc_user()) OR g.team_id = ANY ((SELECT cc_teams())::bigint[]))
      AND g.starts_at <= (SELECT cc_now())
      AND (g.ends_at IS NULL OR g.ends_at > (SELECT cc_now()))
      AND NOT EXISTS (
          SELECT FROM access_conflict c WHERE c.woman_id = g.woman_id AND c.user_id = (SELECT cc_user())
      )
"""
WITH_HER = f"""
CREATE FUNCTION cc_woman() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('app.woman', true), '')::bigint $$;

CREATE OR REPLACE VIEW access_my_grant AS
{BY_GRANT}
    UNION ALL
    SELECT (SELECT cc_woman()), 'referral'::varchar(12), '{{general}}'::varchar(20)[], NULL::timestamptz
    WHERE (SELECT cc_woman()) IS NOT NULL;
"""
WITHOUT_HER = f"CREATE OR REPLACE VIEW access_my_grant AS {BY_GRANT}; DROP FUNCTION cc_woman();"


class Migration(migrations.Migration):
    dependencies = [("access", "0011_shared_without_her")]
    operations = [migrations.RunSQL(WITH_HER, WITHOUT_HER)]
