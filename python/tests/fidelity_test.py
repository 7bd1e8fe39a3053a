# SPDX-License-Identifier: Apache-2.0
"""The verdict of a twin goes with what it forecasts."""

import json
import pickle
from datetime import datetime, timezone

import takt

LINE = {
    "format": "takt-plant/1",
    "name": "press line",
    "clock": {"epoch": "2026-03-02T06:00:00", "zone": "Europe/Paris"},
    "enterprises": {"acme": {"workshops": {"hall": {"lines": {"line_1": {"equipment": {
        "blanks": {"kind": "source", "supply": "saturated", "to": "press"},
        "press": {"kind": "machine", "to": "store",
                  "cycle_time": {"law": "lognormal", "mean": "30 s", "cv": "20 %"}},
        "store": {"kind": "sink"},
    }}}}}}},
}


def twin_of(folder, slower=1.0, hours=1):
    """A twin that has heard from a press, a report a minute with its last cycle time."""
    path = folder / "line.json"
    path.write_text(json.dumps(LINE), encoding="utf-8")
    twin = takt.Twin(path)
    for minute in range(1, 60 * hours + 1):
        cycle = 30.0 * slower * (0.8, 0.9, 0.95, 1.02, 1.1, 1.17)[minute % 6]
        twin.apply({
            "ts": f"2026-03-02T{6 + minute // 60:02}:{minute % 60:02}:00+01:00",
            "source": "plc",
            "seq": minute,
            "complete": True,
            "entities": {"/acme/hall/line_1/press": {"state": "Execute", "cycle_time_last_s": cycle}},
        })
    return twin


def test_a_twin_that_has_heard_nothing_is_not_trusted(tmp_path):
    verdict = twin_of(tmp_path, hours=0).verdict
    assert (verdict.trust, verdict.stage) == ("Warning", "Unbound")
    assert verdict.doubts[0].check == "evidence"


def test_the_verdict_goes_with_the_result(tmp_path):
    twin = twin_of(tmp_path)
    assert (twin.verdict.trust, twin.verdict.stage) == ("Valid", "Synchronised")
    assert twin.verdict.since == datetime(2026, 3, 2, 5, 1, tzinfo=timezone.utc)
    result = twin.what_if({"as is": {}}, horizon="1 h", replications=3)
    assert result.verdict == twin.verdict
    assert "Valid" in result._repr_html_()
    assert json.loads(result.to_json())["verdict"]["stage"] == "Synchronised"
    assert pickle.loads(pickle.dumps(result)).verdict == result.verdict


def test_a_run_without_a_twin_has_no_verdict(tmp_path):
    twin_of(tmp_path, hours=0)
    result = takt.run(tmp_path / "line.json", horizon="1 h", replications=2)
    assert result.verdict is None
    assert "verdict" not in json.loads(result.to_json())


def test_a_slow_press_is_told_until_it_is_adopted(tmp_path):
    twin = twin_of(tmp_path, slower=1.4, hours=4)
    assert twin.verdict.trust == "Invalid"
    assert "/acme/hall/line_1/press/cycle_time" in [doubt.about for doubt in twin.verdict.doubts]
    adopted = twin.adopt()
    assert list(adopted["path"]) == ["/acme/hall/line_1/press/cycle_time"]
    assert adopted.before_s[0] == 30.0
    assert 38.0 < adopted.after_s[0] < 44.0
    assert twin.verdict.trust == "Valid"
