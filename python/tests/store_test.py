# SPDX-License-Identifier: Apache-2.0
"""Files of results open in h5py, pandas and xarray without takt."""

import numpy as np
import pytest
import takt

h5py = pytest.importorskip("h5py", reason="h5py is not installed (Debian: python3-h5py)")


@pytest.fixture
def result(bottling):
    filler = "/acme/filling/line_1/filler/cycle_time"
    return takt.what_if(bottling, {"as is": {}, "faster": {filler: "9 s"}}, replications=4)


@pytest.fixture
def file(result, tmp_path):
    result.save(tmp_path / "results.h5")
    return tmp_path / "results.h5"


def test_h5py_and_pandas_have_every_figure(result, file):
    import pandas as pd

    with h5py.File(file) as opened:
        assert opened.attrs["format"] == "takt-store/1"
        assert opened.attrs["model_hash"] == result.model_hash
        columns = {name: column[:] for name, column in opened["kpis"].items()}
        scales = [opened["futures/value"].dims[axis][0].name for axis in range(3)]
    frame = pd.DataFrame(
        {name: c.astype(str) if c.dtype == object else c for name, c in columns.items()}
    )
    pd.testing.assert_frame_equal(frame[list(result.kpis.columns)], result.kpis)
    assert scales == ["/futures/scenario", "/futures/replication", "/futures/figure"]


def test_xarray_has_every_future(result, file):
    xarray = pytest.importorskip("xarray")
    pytest.importorskip("h5netcdf")
    futures = xarray.open_dataset(file, group="futures", engine="h5netcdf")
    assert futures["value"].dims == ("scenario", "replication", "figure")
    assert list(futures["scenario"].to_numpy().astype(str)) == result.scenarios
    np.testing.assert_array_equal(futures["value"].to_numpy(), result.values)
    assert list(futures["kpi"].to_numpy().astype(str)) == list(result.names["kpi"])
