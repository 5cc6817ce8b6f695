"""Whose turn it is, is told; why an appointment did not come about; an override is told to the privacy officer."""

from django.db import migrations, models

TELL = """
-- To the privacy officers of her sites; whoever calls it sees her, and has written the override down.
CREATE FUNCTION referrals_tell_of_override(which bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE her bigint;
BEGIN
    SELECT j.woman_id INTO her FROM referrals_referral r JOIN pathways_journey j ON j.id = r.journey_id
    WHERE r.id = which AND EXISTS (
        SELECT FROM referrals_referralconsent c WHERE c.referral_id = r.id AND c.answer = 'override'
    );
    PERFORM access_check_sees(her);
    PERFORM access_tell('overridden', her, false);
END $$;

-- What was shared without a woman's agreement, of the sites whose privacy officer is acting; women by number alone.
CREATE FUNCTION referrals_overrides(since timestamptz)
RETURNS TABLE (by_whom bigint, woman bigint, at timestamptz, words text) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT c.by_id, j.woman_id, c.at, c.words::text
    FROM referrals_referralconsent c JOIN referrals_referral r ON r.id = c.referral_id
    JOIN pathways_journey j ON j.id = r.journey_id
    WHERE c.answer = 'override' AND c.at >= since AND access_sites_of(j.woman_id) && cc_reviewed_sites()
    ORDER BY c.at DESC
$$;
"""
SILENT = "DROP FUNCTION referrals_overrides(timestamptz); DROP FUNCTION referrals_tell_of_override(bigint);"


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0011_shared_without_her"),
        ("referrals", "0005_trips_saved"),
    ]

    operations = [
        migrations.AddField(
            model_name="referral",
            name="messaged_at",
            field=models.DateTimeField(
                help_text="when a message last said whose turn it is; None: it waits", null=True
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="reminded_at",
            field=models.DateTimeField(help_text="when the service was last reminded", null=True),
        ),
        migrations.AlterField(
            model_name="referralstep",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("service_full", "No place now"),
                    ("service_criteria", "She does not fit their conditions"),
                    ("service_late", "They do not take women who booked late"),
                    ("service_area", "Not their area"),
                    ("service_missing", "They need something first"),
                    ("service_closed", "The service has closed"),
                    ("her_choice", "She does not want it now"),
                    ("her_safety", "It is not safe for her"),
                    ("her_distance", "It is too far, or at the wrong time"),
                    ("her_moved", "She has moved"),
                    ("her_engaged", "She has found support elsewhere"),
                    ("her_not_able", "She was not able to come"),
                    ("service_cancelled", "They cancelled it"),
                    ("our_cancelled", "We cancelled it"),
                    ("our_mistake", "It was sent in error"),
                    ("our_change", "What she needs has changed"),
                    ("other", "Another reason"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(condition=models.Q(("messaged_at", None)), fields=["id"], name="referrals_to_tell_of"),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("flag_at__isnull", False)), fields=["flag_at"], name="referrals_by_flag"
            ),
        ),
        migrations.RunSQL(TELL, SILENT),
    ]
