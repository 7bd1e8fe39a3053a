# SPDX-License-Identifier: Apache-2.0
"""Twins go to files and other processes and come back bit for bit; histories are read as frames."""

import pickle

import pytest
import takt

LINE = "/acme/filling/line_1"


@pytest.fixture
def twin(bottling, shift):
    return takt.Twin.load(bottling).replay(shift)


def what_it_says(twin):
    study = twin.copy().what_if({"as is": {}}, horizon="2 h", replications=5)
    return (twin.now, twin.machines().to_json(), twin.learnt().to_json(), study.values.tobytes())


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickled_twin_goes_on_bit_for_bit(twin, shift, protocol):
    other = pickle.loads(pickle.dumps(twin, protocol))
    assert what_it_says(other) == what_it_says(twin)
    assert (other.replay(shift).reports()["status"] == "duplicate").all()
    assert pickle.dumps(other.advance("1 h")) == pickle.dumps(twin.advance("1 h"))


def test_a_twin_put_aside_is_resumed_with_all_it_knows(twin, tmp_path):
    twin.save(tmp_path / "twin.h5")
    assert what_it_says(takt.Twin.resume(tmp_path / "twin.h5")) == what_it_says(twin)
    assert takt.Simulation.load(tmp_path / "twin.h5").time == twin.time


def test_a_damaged_file_is_told_and_not_loaded(twin, tmp_path):
    file = tmp_path / "twin.h5"
    twin.save(file)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(takt.FileError, match="damaged"):
        takt.Twin.resume(file)
    with pytest.raises(takt.FileError, match="no such history"):
        takt.History.open(tmp_path / "line.h5")
