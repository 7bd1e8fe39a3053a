# SPDX-License-Identifier: Apache-2.0
"""What notebooks show: drawings, tables and a bar of progress."""

import sys
from base64 import b64decode
from pathlib import Path
from xml.etree import ElementTree

import pytest
import takt


@pytest.fixture
def plant(bottling):
    return takt.Plant.load(bottling)


def test_a_plant_is_drawn(plant):
    root = ElementTree.fromstring(plant.to_svg())
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    titles = {title.text for title in root.iter("{http://www.w3.org/2000/svg}title")}
    assert {"bottling", "/acme/filling/line_1/filler"} <= titles
    html = plant._repr_html_()
    assert b64decode(html.split("base64,")[1].split('"')[0]).decode() == plant.to_svg()
    assert "Plant(&#x27;bottling&#x27;)" in html


def test_a_simulation_and_a_twin_show_what_goes_on(plant, shift):
    for shown in (takt.Simulation(plant), takt.Twin(plant).replay(shift)):
        html = shown._repr_html_()
        for frame in (shown.machines(), shown.buffers()):
            for entity in frame["entity"]:
                assert f"<td>{entity}</td>" in html
        assert type(shown).__name__ in html


def test_a_name_is_no_markup(two_machines):
    two_machines["name"] = "<b>two & two</b>"
    plant = takt.Plant.from_json(two_machines)
    for shown in (plant, takt.Twin(plant), takt.run(plant, replications=2)):
        assert "<b>two" not in shown._repr_html_()
        assert "&lt;b&gt;two &amp; two" in shown._repr_html_()


def test_progress_is_a_bar_of_tqdm(plant, capsys):
    pytest.importorskip("tqdm")
    takt.run(plant, replications=4, progress=True)
    assert "4/4" in capsys.readouterr().err
    takt.run(plant, replications=4, progress=False)
    assert capsys.readouterr().err == ""


def test_a_wrong_run_shows_no_bar(plant, capsys):
    with pytest.raises(takt.InvalidInput):
        takt.run(plant, replications=0, progress=True)
    assert capsys.readouterr().err == ""


def test_without_tqdm_a_run_says_so_and_goes_on(plant, monkeypatch):
    silent = takt.run(plant, replications=4)
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with pytest.warns(RuntimeWarning, match="tqdm is not installed") as warned:
        assert takt.run(plant, replications=4, progress=True) == silent
    assert warned[0].filename == __file__


NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.name)
def test_a_notebook_runs_from_its_first_cell_to_its_last(file):
    nbformat = pytest.importorskip("nbformat", reason="Debian: python3-nbclient")
    nbclient = pytest.importorskip("nbclient", reason="Debian: python3-nbclient")
    pytest.importorskip("ipykernel", reason="Debian: python3-ipykernel")
    notebook = nbformat.read(file, as_version=4)
    nbformat.validate(notebook)
    assert not any(cell.get("outputs") for cell in notebook.cells), "kept without its outputs"
    here = {"metadata": {"path": str(file.parent)}}
    nbclient.NotebookClient(notebook, timeout=120, resources=here).execute()
    shown = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert {"display_data", "execute_result", "stream"} <= {each.output_type for each in shown}
    assert not any(each.output_type == "stream" and each.name == "stderr" for each in shown)


def test_there_is_a_notebook():
    assert NOTEBOOKS
