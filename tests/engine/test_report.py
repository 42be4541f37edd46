from __future__ import annotations

from engine.report import Counted, ReportBuilder


def test_reasons_are_counted_and_sorted_and_examples_are_few() -> None:
    builder = ReportBuilder("Import x")
    builder.came("annotations", 10)
    builder.went("annotations", 1)
    for number in range(8):
        builder.drop("annotations", "often", f"e{number}")
    builder.drop("annotations", "once", "e")
    builder.drop("images", "many", "i", examples=1)
    builder.drop("images", "many", "j", examples=1)
    builder.note("file", "a remark", count=3)
    report = builder.build(7)
    assert [line.text for line in report.dropped] == ["often", "many", "once"]
    assert report.dropped[0].examples == ("e0", "e1", "e2", "e3", "e4")
    assert report.dropped[1].examples == ("i",)
    assert report.drops("annotations") == 9
    assert report.count("annotations") == Counted("annotations", 10, 1)
    assert report.count("nothing") == Counted("nothing", 0, 0)
    plain = report.to_json()
    assert (plain["job_id"], plain["notes"][0]["count"]) == (7, 3)
