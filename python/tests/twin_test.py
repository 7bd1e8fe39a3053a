# SPDX-License-Identifier: Apache-2.0
"""Twins are kept true by snapshots, and start what-ifs from now."""

import json
from datetime import datetime, timedelta, timezone

import pytest
import takt

LINE = "/acme/filling/line_1"


def test_a_replay_leaves_what_the_snapshots_say(bottling, shift):
    twin = takt.Twin.load(bottling).replay(shift)
    assert twin.now == datetime(2026, 3, 2, 5, 30, tzinfo=timezone.utc)
    assert twin.now.isoformat() == "2026-03-02T06:30:00+01:00"
    assert twin.time == timedelta(minutes=30)
    last = json.loads(shift.read_text(encoding="utf-8").splitlines()[-1])["entities"]
    machines = twin.machines().set_index("entity")
    assert machines.loc[LINE + "/filler", "state"] == "working"
    buffers = twin.buffers().set_index("entity")
    assert buffers.loc[LINE + "/conveyor", "level"] == last[LINE + "/conveyor"]["level"]


def test_reports_tell_what_became_of_each_snapshot(bottling, shift):
    twin = takt.Twin.load(bottling).replay(shift)
    reports = twin.reports()
    assert list(reports["seq"]) == list(range(1, 16))
    assert (reports["status"] == "applied").all()
    assert str(reports["ts"].dtype) == "datetime64[ns, UTC]"
    assert (twin.replay(shift).reports()["status"] == "duplicate").all()


def test_what_was_learnt_is_a_frame(bottling, shift):
    learnt = takt.Twin.load(bottling).replay(shift).learnt().set_index("path")
    cycle = learnt.loc[LINE + "/filler/cycle_time"]
    assert cycle["observations"] == 13
    assert cycle["low_s"] < cycle["mean_s"] < cycle["high_s"]
    assert LINE + "/filler/failure/time_to_repair" in learnt.index
    untaught = takt.Twin.load(bottling, learn=False).replay(shift)
    assert untaught.learnt().empty


def test_snapshots_are_applied_as_dict_or_text(bottling):
    instant = datetime(2026, 3, 2, 5, 10, tzinfo=timezone.utc)
    snapshot = {
        "ts": instant,
        "source": "mes",
        "seq": 1,
        "entities": {LINE + "/conveyor": {"level": 7}},
    }
    twin = takt.Twin.load(bottling)
    report = twin.apply(snapshot)
    assert report.status == "applied"
    assert [change.what for change in report.corrected if change.path == LINE + "/conveyor"] == [
        "level"
    ]
    assert twin.now == instant
    again = json.dumps({**snapshot, "ts": instant.isoformat()})
    assert twin.apply(again).status == "duplicate"
    assert twin.apply({**snapshot, "ts": instant - timedelta(minutes=1), "seq": 2}).status == "late"


def test_paths_the_plant_does_not_have_are_told_at_once(bottling):
    twin = takt.Twin.load(bottling)
    unknown = {LINE + "/conveyer": {"level": 7}, LINE + "/fillr": {}}
    snapshot = {"ts": "2026-03-02T06:10:00+01:00", "source": "mes", "seq": 1, "entities": unknown}
    with pytest.raises(takt.InvalidInput) as raised:
        twin.apply(snapshot)
    assert sorted(fault.nearest for fault in raised.value.faults) == [
        LINE + "/conveyor",
        LINE + "/filler",
    ]
    assert twin.time == timedelta(0)


def test_a_replay_takes_all_or_nothing(bottling, shift, tmp_path):
    lines = shift.read_text(encoding="utf-8").splitlines()
    unknown = {
        "ts": "2026-03-02T06:40:00+01:00",
        "source": "x",
        "seq": 1,
        "entities": {"/nobody": {}},
    }
    file = tmp_path / "shift.jsonl"
    file.write_text("\n".join([*lines, json.dumps(unknown)]), encoding="utf-8")
    twin = takt.Twin.load(bottling)
    with pytest.raises(takt.InvalidInput, match="/nobody") as raised:
        twin.replay(file)
    fault = raised.value.faults[0]
    assert (fault.file, fault.line) == (str(file), len(lines) + 1)
    assert fault.path == "/entities/~1nobody"
    assert twin.time == timedelta(0)
    assert twin.reports().empty
    assert (twin.replay(shift).reports()["status"] == "applied").all()


def test_a_snapshot_too_far_ahead_is_rejected(bottling):
    def at(instant, seq):
        return {"ts": instant, "source": "mes", "seq": seq, "entities": {}}

    start = datetime(2026, 3, 2, 5, 0, tzinfo=timezone.utc)
    twin = takt.Twin.load(bottling, largest_gap="1 h")
    report = twin.apply(at(start + timedelta(hours=2), 1))
    assert report.status == "rejected"
    assert "at most 1 h ahead" in report.conflicts[0].expected
    assert twin.time == timedelta(0)
    assert twin.apply(at(start + timedelta(hours=1), 2)).status == "applied"
    assert takt.Twin.load(bottling).apply(at(start + timedelta(days=31), 1)).status == "rejected"
    with pytest.raises(takt.InvalidInput, match="largest_gap"):
        takt.Twin.load(bottling, largest_gap=3600)


def test_wrong_lines_are_faults_or_left_out(bottling, shift, tmp_path):
    lines = shift.read_text(encoding="utf-8").splitlines()
    lines[3] = lines[3].replace("Execute", "Exekute")
    file = tmp_path / "shift.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(takt.InvalidInput) as raised:
        takt.Twin.load(bottling).replay(file)
    assert {(fault.file, fault.line) for fault in raised.value.faults} == {(str(file), 4)}
    told = []
    twin = takt.Twin.load(bottling).replay(file, on_fault=told.append)
    assert told == raised.value.faults
    assert len(twin.reports()) == len(lines) - 1


def test_a_copied_twin_lives_on_its_own(bottling, shift):
    twin = takt.Twin.load(bottling).replay(shift)
    other = twin.copy().advance("1 h")
    assert other.time - twin.time == timedelta(hours=1)
    assert twin.machines().equals(takt.Twin.load(bottling).replay(shift).machines())


def test_what_if_starts_from_now_and_changes_nothing(bottling, shift):
    twin = takt.Twin.load(bottling).replay(shift)
    before = twin.machines()
    scenarios = {"as is": {}, "faster filler": {LINE + "/filler/cycle_time": "9 s"}}
    study = twin.what_if(scenarios, horizon="8 h", replications=50)
    assert study.scenarios == ["as is", "faster filler"]
    assert study.values.tobytes() == takt.what_if(twin, scenarios, replications=50).values.tobytes()
    difference = study.compare("as is").set_index(["entity", "kpi"]).loc[("/", "parts_out")]
    # From 10.3 s learnt to 9 s the filler would make 400 parts more in 8 h without its failures.
    assert 0 < difference["difference"] < 400
    assert difference["clear"]
    assert twin.machines().equals(before)
    assert twin.time == timedelta(minutes=30)


def test_particles_estimate_what_is_not_sensed(bottling):
    twin = takt.Twin.load(bottling, particles=100)
    twin.apply(
        {
            "ts": "2026-03-02T06:10:00+01:00",
            "source": "mes",
            "seq": 1,
            "entities": {LINE + "/conveyor": {"level": 7}},
        }
    )
    cells = twin.estimates().set_index(["entity", "what"])
    level = cells.loc[(LINE + "/conveyor", "level")]
    assert level["sensed"]
    assert level["mean"] == pytest.approx(7)
    assert level["sd"] == pytest.approx(0, abs=1e-6)
    chances = [cells.loc[(LINE + "/filler", what), "mean"] for what in ("working", "idle", "down")]
    assert sum(chances) == pytest.approx(1)
    sensors = twin.observability()
    assert list(sensors["share"]) == sorted(sensors["share"], reverse=True)
    assert LINE + "/conveyor" not in set(sensors["entity"])
    assert takt.Twin.load(bottling).estimates().empty
