from django.urls import path

from pathways.gaps.views import aims, measure, overview, report

urlpatterns = [
    path("", overview.gaps, name="gaps"),
    path("missed/", overview.gaps_missed, name="gaps_missed"),
    path("late-entry/", overview.gaps_late_entry, name="gaps_late_entry"),
    path("after-separation/", overview.gaps_apart, name="gaps_apart"),
    path("definitions/", overview.gaps_definitions, name="gaps_definitions"),
    path("aims/", aims.aims, name="gaps_aims"),
    path("aims/<int:pk>/", aims.change, name="gap_aim_change"),
    path("aims/<int:pk>/end/", aims.end, name="gap_aim_end"),
    path("notes/<int:pk>/strike/", aims.strike, name="gap_note_strike"),
    path("report/", report.reports, name="gaps_reports"),
    path("report/<int:year>-q<int:number>.pdf", report.report_pdf, name="gaps_report_pdf"),
    path("report/<int:year>-q<int:number>.csv", report.report_csv, name="gaps_report_csv"),
    path("<slug:measure>/", measure.gap, name="gap"),
    path("<slug:measure>/aim/", aims.aim, name="gap_aim"),
    path("<slug:measure>/note/", aims.note, name="gap_note"),
    path("<slug:measure>/numbers.csv", report.measure_csv, name="gap_csv"),
]
