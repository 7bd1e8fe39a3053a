# SPDX-License-Identifier: Apache-2.0
"""Twins that follow sources on a thread of their own."""

import asyncio
import json
import os

import pytest
import takt

MACHINE = "/acme/filling/line_1/first"


def message(seq, minute, good, **more):
    return {
        "ts": f"2026-03-02T06:{minute:02}:00Z",
        "source": "plc",
        "seq": seq,
        "entities": {MACHINE: {"state": "Execute", "counters": {"good": good}}},
        **more,
    }


class Plc:
    """Drops files into the folder that a live twin watches."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "drop").mkdir()
        self.sources = folder / "sources.json"
        self.sources.write_text(
            json.dumps(
                {
                    "format": "takt-sources/1",
                    "ingest": {"reorder": "100 ms", "lateness": "0 s"},
                    "sources": {
                        "drop": {"kind": "folder", "path": "drop", "every": "10 ms", "settle": "20 ms"}
                    },
                }
            )
        )
        self.files = 0

    def send(self, *messages):
        part = self.folder / f"{self.files}.part"
        part.write_text("".join(json.dumps(each) + "\n" for each in messages))
        os.rename(part, self.folder / "drop" / f"{self.files}.jsonl")
        self.files += 1


@pytest.fixture
def plc(tmp_path):
    return Plc(tmp_path)


def merged(n):
    return lambda live: live.account["applied"] == n


def test_follows_its_sources_until_it_is_stopped(two_machines, plc):
    with takt.LiveTwin(takt.Plant.from_json(two_machines), plc.sources) as live:
        assert live.running
        assert live.twin is None
        assert live.verdict.stage == "Unbound"
        plc.send(message(0, 0, 10, complete=True), message(1, 1, 16))
        assert live.wait_for(merged(2), "20 s"), live.troubles
        twin = live.twin
        assert twin.now.isoformat() == "2026-03-02T06:01:00+00:00"
        assert live.verdict.stage == "Synchronised"
        assert list(live.sources()["standing"]) == ["in_step"]
        plc.send(message(2, 2, 22))
        assert live.wait_for(merged(3), "20 s")
        assert twin.now < live.twin.now  # what was taken lives on by itself
        assert twin.what_if({"as is": {}}, horizon="1 h", replications=3).replications == 3
    assert not live.running
    assert live.account["messages"] == 3
    live.stop()


def test_what_is_no_message_is_told(two_machines, plc):
    with takt.LiveTwin(takt.Plant.from_json(two_machines), plc.sources) as live:
        plc.send(message(0, 0, 10, complete=True))
        (plc.folder / "drop" / "bad.jsonl").write_text("{\n")
        assert live.wait_for(lambda live: live.account["unreadable"] == 1, "20 s")
        assert any("bad.jsonl:1" in trouble for trouble in live.troubles), live.troubles


def test_wait_gives_up_in_time(two_machines, plc):
    with takt.LiveTwin(takt.Plant.from_json(two_machines), plc.sources) as live:
        assert not live.wait_for(merged(1), "50 ms")
        with pytest.raises(takt.InvalidInput):
            live.wait_for(merged(1), 3)


def test_coroutines_see_verdicts_twins_and_forecasts(two_machines, plc):
    async def follow():
        stages, twins, forecasts = [], [], []
        options = {"forecast_every": "100 ms", "horizon": "1 h", "replications": 10}
        async with takt.LiveTwin(takt.Plant.from_json(two_machines), plc.sources, **options) as live:

            async def take(stream, into):
                async for each in stream:
                    into.append(each)

            tasks = [
                asyncio.create_task(take(live.verdicts(), stages)),
                asyncio.create_task(take(live.twins(), twins)),
                asyncio.create_task(take(live.forecasts(), forecasts)),
            ]
            plc.send(message(0, 0, 10, complete=True), message(1, 1, 16))
            assert await live.until(merged(2), "20 s")
            plc.send(message(3, 3, 28))  # one is missing
            assert await live.until(lambda live: live.verdict.stage == "Degraded", "20 s")
            assert await live.until(lambda live: len(forecasts) > 0, "20 s")
            assert live.forecast_from is not None
        await asyncio.wait_for(asyncio.gather(*tasks), 20)  # they end with the service
        return stages, twins, forecasts

    stages, twins, forecasts = asyncio.run(follow())
    assert stages[0].stage == "Unbound"
    assert stages[-1].stage == "Degraded"
    assert [twin.now for twin in twins] == sorted(twin.now for twin in twins)
    row = forecasts[-1].kpis.query("entity == '/' and kpi == 'throughput_per_h'").iloc[0]
    assert row["mean"] > 0
    assert forecasts[-1].verdict is not None


def test_a_history_is_written_and_taken_up(two_machines, plc):
    history = plc.folder / "line.h5"
    with takt.LiveTwin(takt.Plant.from_json(two_machines), plc.sources, history=history) as live:
        plc.send(message(0, 0, 10, complete=True), message(1, 1, 16))
        assert live.wait_for(merged(2), "20 s")
        before = live.twin
    with takt.LiveTwin(takt.Plant.from_json(two_machines), plc.sources, history=history) as live:
        assert live.wait_for(lambda live: live.twin is not None, "20 s")
        assert live.twin.now == before.now
        with pytest.raises(takt.FileError):
            takt.LiveTwin(takt.Plant.from_json(two_machines), plc.sources, history=history)
    assert takt.History.open(history).state_at(before.now).now == before.now


def test_every_fault_of_the_sources_is_told(two_machines, tmp_path):
    wrong = tmp_path / "sources.json"
    wrong.write_text('{"format": "takt-sources/1", "sources": {"a": {"kind": "foldr", "path": "x"}}}')
    with pytest.raises(takt.InvalidInput, match="folder"):
        takt.LiveTwin(takt.Plant.from_json(two_machines), wrong)
    with pytest.raises(takt.FileError):
        takt.LiveTwin(takt.Plant.from_json(two_machines), tmp_path / "none.json")
