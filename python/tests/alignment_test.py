# SPDX-License-Identifier: Apache-2.0
"""Two event logs compared, and what a verdict tells of alignment."""

import pandas as pd
import pytest
import takt

BEGIN = pd.Timestamp("2026-03-02 06:00")


def log_of(rows):
    """Of (station, start in s, end in s)."""
    return pd.DataFrame(
        {
            "case": [f"c{i}" for i in range(len(rows))],
            "activity": [row[0] for row in rows],
            "start": [BEGIN + pd.Timedelta(seconds=row[1]) for row in rows],
            "complete": [BEGIN + pd.Timedelta(seconds=row[2]) for row in rows],
        }
    )


RIGHT = log_of([("cut", 10 * i, 10 * i + 8) for i in range(100)] + [("glue", 10 * i + 8, 10 * i + 14) for i in range(100)])
LATE = log_of([("cut", 10 * i, 10 * i + 8) for i in range(100)] + [("glue", 10 * i + 12, 10 * i + 18) for i in range(100)])


def test_a_log_is_like_itself(tmp_path):
    file = tmp_path / "log.csv"
    RIGHT.to_csv(file, index=False)
    alike = takt.align(file, RIGHT)
    assert (alike.logic, alike.timing) == (1.0, 1.0)
    assert alike.unmatched.empty
    assert sorted(alike.stations.station) == ["cut", "glue"]


def test_the_station_that_deviates_comes_first():
    alike = takt.align(RIGHT, LATE, listed=2)
    stations = alike.stations.set_index("station")
    assert list(stations.index) == ["glue", "cut"]
    assert stations.timing["cut"] == 1.0
    assert stations.timing["glue"] < 0.05
    assert stations.within_s["glue"] == 3.0
    assert set(alike.unmatched.station) == {"glue"}
    assert len(alike.unmatched) == 4
    first = alike.unmatched.iloc[0]
    assert (first.log, first.event) == ("first", "started")
    assert first["at"] == (BEGIN + pd.Timedelta(seconds=8)).tz_localize("UTC")


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(takt.InvalidInput, match="at least one that the first log has"):
        takt.align(RIGHT, log_of([("drill", 0, 1)]))
    with pytest.raises(takt.InvalidInput, match="within"):
        takt.align(RIGHT, RIGHT, within="-1 s")
    with pytest.raises(takt.InvalidInput, match="zone"):
        takt.align(RIGHT, RIGHT, zone="Mars/Crater")
