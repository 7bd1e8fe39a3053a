# SPDX-License-Identifier: Apache-2.0
"""Documents that are wrong in one thing: for schema_test.py."""

INSTANT = "2026-03-02T06:00:30Z"


def plant(equipment=None, **head):
    """A plant of one line; None in `head` takes a key away."""
    document = {
        "format": "takt-plant/1",
        "name": "p",
        "enterprises": {"e": {"workshops": {"w": {"lines": {"l": {"equipment": {
            "in": {"kind": "source", "supply": "saturated", "to": "m"},
            "m": {"kind": "machine", "cycle_time": "1 s", "to": "out"},
            "out": {"kind": "sink"},
            **(equipment or {}),
        }}}}}}},
        **head,
    }
    return {key: value for key, value in document.items() if value is not None}


def machine(**fields):
    made = {"kind": "machine", "cycle_time": "1 s", "to": "out", **fields}
    return plant({"m": {key: value for key, value in made.items() if value is not None}})


def law(law):
    return machine(cycle_time=law)


def source(**fields):
    return plant({"in": {"kind": "source", "to": "m", **fields}})


def failure(**fields):
    return machine(failure={"time_to_failure": "1 h", "time_to_repair": "1 min", **fields})


def snapshot(**fields):
    document = {"ts": INSTANT, "source": "s", "seq": 1, **fields}
    return {key: value for key, value in document.items() if value is not None}


def reading(**fields):
    return snapshot(entities={"/e/w/l/m": fields})


ALERTS = {"a": {"signal": "trust", "raise": 1, "clear": 0}}


def control(**more):
    return {"format": "takt-control/1", "record": "r", "alerts": ALERTS, **more}


def mapping(**fields):
    stream = {"equipment": "/e/w/l/m", "items": {}, **fields}
    return {"format": "takt-mapping/1", "streams": {"s": {k: v for k, v in stream.items() if v is not None}}}


FILLER = "/acme/filling/line_1/filler"


def scenarios(**named):
    return {"format": "takt-scenarios/1", "scenarios": named}


def sweeps(**named):
    return {"format": "takt-scenarios/1", "sweeps": named}


# Wrong in form: the reader and the schema refuse each.
WRONG = {
    "takt-plant/1": {
        "not an object": [],
        "no format": plant(format=None),
        "another format": plant(format="takt-plant/2"),
        "no name": plant(name=None),
        "an empty name": plant(name=""),
        "a name that is a number": plant(name=1),
        "no enterprises": plant(enterprises=None),
        "no enterprise": plant(enterprises={}),
        "an unknown key": plant(nme="p"),
        "enterprises in a list": plant(enterprises=[]),
        "a name of equipment with a space": plant({"my out": {"kind": "sink"}}),
        "a product twice": plant(products=["a", "a"]),
        "a product with a slash": plant(products=["a/b"]),
        "an epoch that is a date": plant(clock={"epoch": "2026-03-02"}),
        "an epoch with ten digits": plant(clock={"epoch": "2026-03-02T06:00:00.1234567890"}),
        "a thirteenth month": plant(clock={"epoch": "2026-13-02T06:00:00"}),
        "a zone that is null": plant(clock={"zone": None}),
        "semantics that are not known": plant(semantics={"blocking": "never"}),
        "a switch in quotes": plant(semantics={"loads_while_down": "true"}),
        "a span of one digit": plant(calendars={"c": {"week": {"mon": ["6:00-14:00"]}}}),
        "a span past midnight": plant(calendars={"c": {"week": {"mon": ["22:00-24:30"]}}}),
        "a day that is not known": plant(calendars={"c": {"week": {"Monday": []}}}),
        "an exception that is no date": plant(calendars={"c": {"exceptions": {"25.12.2026": []}}}),
        "a kind that is not known": plant({"r": {"kind": "robot"}}),
        "no kind": plant({"r": {}}),
        "an output of a sink": plant({"out": {"kind": "sink", "to": "m"}}),
        "no outputs": machine(to=None),
        "an empty list of outputs": machine(to=[]),
        "an output that is a number": machine(to=1),
        "an output without its name": machine(to=[{"probability": "100 %"}]),
        "a probability without unit": machine(to=[{"to": "out", "probability": 1}]),
        "a probability below 0": machine(to=[{"to": "out", "probability": "-1 %"}]),
        "no cycle time": machine(cycle_time=None),
        "no servers": machine(servers=0),
        "too many servers": machine(servers=100001),
        "half a server": machine(servers=1.5),
        "scrap in seconds": machine(scrap="2 s"),
        "a time without unit": law(12),
        "a time in quotes without unit": law("12"),
        "a time of an unknown unit": law("12 sec"),
        "a time with two spaces": law("12  s"),
        "a time with a blank before it": law(" 12 s"),
        "a time with a plus": law("+12 s"),
        "a time with a bare point": law("12. s"),
        "a time with no digit before the point": law(".5 s"),
        "a time with a comma": law("1,5 s"),
        "a time that is not a number": law("nan s"),
        "a time that is endless": law("inf s"),
        "a negative time": law("-3 s"),
        "a law that is not known": law({"law": "cauchy"}),
        "a law without its number": law({"law": "exponential"}),
        "a law with two scales": law({"law": "exponential", "mean": "1 s", "rate": "1 /s"}),
        "a mean of 0": law({"law": "lognormal", "mean": "0 s", "cv": "10 %"}),
        "a rate of 0": law({"law": "exponential", "rate": "0.00 /h"}),
        "a cv without unit": law({"law": "gamma", "mean": "3 s", "cv": 0.5}),
        "an erlang of 0 phases": law({"law": "erlang", "mean": "3 s", "k": 0}),
        "a shape in quotes": law({"law": "weibull", "scale": "3 s", "shape": "2"}),
        "a shape too small": law({"law": "weibull", "scale": "3 s", "shape": 0.01}),
        "no values": law({"law": "empirical", "values": []}),
        "a bare value": law({"law": "empirical", "values": ["3 s", 4]}),
        "a negative weight": law({"law": "discrete", "values": ["3 s"], "weights": [-1]}),
        "a part without its law": law({"law": "mixture", "parts": [{"weight": 1}]}),
        "laws by product in a list": law({"by_product": []}),
        "no supply": source(),
        "two supplies": source(supply="saturated", interval="1 s"),
        "a first without an interval": source(supply="saturated", first="1 s"),
        "a first before the start": source(interval="1 s", first="-1 s"),
        "an arrival without a time": source(timetable=[{"quantity": 1}]),
        "an arrival before the start": source(timetable=[{"at": "-2 h"}]),
        "an arrival of no part": source(timetable=[{"at": "2 h", "quantity": 0}]),
        "a share of 0": source(supply="saturated", products={"part": 0}),
        "a share with a unit": source(supply="saturated", products={"part": "100 %"}),
        "a failure without a repair": machine(failure={"time_to_failure": "1 h"}),
        "a failure clock that is not known": failure(clock="always"),
        "a crew of none": plant(enterprises={"e": {"workshops": {"w": {"crews": {"c": {"size": 0}}}}}}),
        "a buffer of no place": plant({"b": {"kind": "buffer", "capacity": 0, "to": "m"}}),
        "a buffer with a negative level": plant({"b": {"kind": "buffer", "initial": -1, "to": "m"}}),
        "a buffer that begins too full": plant({"b": {"kind": "buffer", "initial": 10000001, "to": "m"}}),
    },
    "takt-snapshot/1": {
        "another format": snapshot(format="takt-snapshot/2"),
        "no time": snapshot(ts=None),
        "a time that is a number": snapshot(ts=5),
        "a time without seconds": snapshot(ts="2026-03-02T06:00Z"),
        "an empty source": snapshot(source=""),
        "no number": snapshot(seq=None),
        "a negative number": snapshot(seq=-1),
        "a number beyond 64 bits": snapshot(seq=18446744073709551616),
        "a switch that is a number": snapshot(complete=1),
        "an entity without a slash": snapshot(entities={"filler": {}}),
        "a state in capitals": reading(state="EXECUTE"),
        "a part that is no list": reading(in_process={"part": "p"}),
        "negative work": reading(in_process=[{"worked_s": -1}]),
        "half a part counted": reading(counters={"good": 1.5}),
        "a total beyond 2^53": reading(counters={"good": 9007199254740993}),
        "a level of too many parts": reading(level=10000001),
        "a level with a unit": reading(level="4 parts"),
        "health that is text": reading(health={"temperature_c": "hot"}),
        "a set-point that is text": reading(setpoints={"speed": "fast"}),
        "a quality that is not known": reading(quality="god"),
        "an order without a product": snapshot(orders={"o": {}}),
    },
    "takt-scenarios/1": {
        "no format": {"scenarios": {}},
        "another format": {"format": "takt-scenarios/2"},
        "a key that is not known": {"format": "takt-scenarios/1", "scenario": {}},
        "scenarios that are a list": {"format": "takt-scenarios/1", "scenarios": []},
        "a scenario that is a text": scenarios(a="x"),
        "a key of a scenario that is not known": scenarios(a={"sets": {}}),
        "a number that is no text": scenarios(a={"set": {f"{FILLER}/cycle_time": 1.5}}),
        "a number that is a list": scenarios(a={"set": {f"{FILLER}/cycle_time": ["9 s"]}}),
        "equipment that is a text": scenarios(a={"equipment": {FILLER: "x"}}),
        "a plant that is a number": scenarios(a={"plant": 1}),
        "a sweep over nothing": sweeps(a={}),
        "a sweep over no values": sweeps(a={"vary": {f"{FILLER}/cycle_time": []}}),
        "a design that is not known": sweeps(a={"vary": {f"{FILLER}/cycle_time": ["9 s"]}, "design": "cube"}),
        "points below zero": sweeps(a={"vary": {f"{FILLER}/cycle_time": ["9 s"]}, "points": -1}),
    },
    "takt-control/1": {
        "no record": {"format": "takt-control/1", "alerts": ALERTS},
        "no alert": control(alerts={}),
        "a key that is not known": control(armed=True),
        "a time without unit": control(every=1),
        "no window": control(window="0 s"),
        "an alert without a limit": control(alerts={"a": {"signal": "trust", "raise": 1}}),
        "a limit with a unit": control(alerts={"a": {"signal": "trust", "raise": "1 s", "clear": 0}}),
        "work without a task": control(alerts={"a": {**ALERTS["a"], "work": {}}}),
        "a question without an aim": control(alerts={"a": {**ALERTS["a"], "what_if": {"kpi": "wip", "remedies": {}}}}),
        "a command without a range": control(commands=[{"path": FILLER, "item": "speed"}]),
        "a step of nothing": control(commands=[{"path": FILLER, "item": "x", "from": 0, "to": 1, "most_step": 0}]),
        "people for what is not confirmed": control(
            commands=[{"path": FILLER, "item": "x", "from": 0, "to": 1, "confirm": False, "who": ["a"]}]),
    },
    "takt-space/1": {
        "no format": {"vary": []},
        "another format": {"format": "takt-space/2", "vary": []},
        "nothing that varies": {"format": "takt-space/1", "maximise": ["/ throughput_per_h"]},
        "a key that is not known": {"format": "takt-space/1", "vary": [], "maximize": []},
        "what varies as a text": {"format": "takt-space/1", "vary": f"{FILLER}/cycle_time=9.0..12.0 s"},
        "what varies by path": {"format": "takt-space/1", "vary": {f"{FILLER}/cycle_time": "9.0..12.0 s"}},
        "a goal that is a number": {"format": "takt-space/1", "vary": [], "maximise": [1]},
        "a limit that is an object": {"format": "takt-space/1", "vary": [], "limits": [{"/ wip": 40}]},
    },
    "takt-mapping/1": {
        "no streams": {"format": "takt-mapping/1"},
        "another format": {"format": "takt-plant/1", "streams": {}},
        "no equipment": mapping(equipment=None),
        "equipment that is no path": mapping(equipment="mill"),
        "no items": mapping(items=None),
        "silence without unit": mapping(silence=30),
        "no silence": mapping(silence="0 s"),
        "an item without a role": mapping(items={"x": {}}),
        "a role that is not known": mapping(items={"x": {"role": "stat"}}),
        "a state without its values": mapping(items={"x": {"role": "state"}}),
        "values of what is no state": mapping(items={"x": {"role": "block", "states": {}}}),
        "a state that PackML has not": mapping(items={"x": {"role": "state", "states": {"ON": "On"}}}),
    },
}

# Wrong in meaning: only the reader refuses these.
BEYOND = {
    "a name that is not there": machine(to="nowhere"),
    "a crew that is not there": failure(crew="nobody"),
    "a calendar that is not there": machine(calendar="nights"),
    "a zone that is not there": plant(clock={"zone": "Europe/Pari"}),
    "no equipment": plant(enterprises={"e": {}}),
    "a line with the name of a crew": plant(enterprises={"e": {"workshops": {"w": {
        "crews": {"l": {}}, "lines": plant()["enterprises"]["e"]["workshops"]["w"]["lines"]}}}}),
    "probabilities that do not sum to 1": machine(to=[{"to": "out", "probability": "90 %"}]),
    "a probability above 1": machine(to=[{"to": "out", "probability": "200 %"}]),
    "scrap above 1": machine(scrap="200 %"),
    "a high below its low": law({"law": "uniform", "low": "3 s", "high": "2 s"}),
    "a cv out of bounds": law({"law": "gamma", "mean": "3 s", "cv": "200000 %"}),
    "weights that sum to 0": law({"law": "discrete", "values": ["1 s"], "weights": [0]}),
    "more weights than values": law({"law": "discrete", "values": ["1 s"], "weights": [1, 1]}),
    "a law without a mean": failure(time_to_failure="0 s"),
    "a number that no double holds": law("1e999 s"),
    "a time beyond 292 years": source(interval="1 s", first="300000 d"),
    "an instant beyond 2261": plant(clock={"epoch": "2262-01-01T00:00:00Z"}),
    "a date that is not there": plant(calendars={"c": {"exceptions": {"2026-02-30": []}}}),
    "arrivals out of order": source(timetable=[{"at": "2 h"}, {"at": "1 h"}]),
    "an instant without an epoch": source(timetable=[{"at": "2026-03-02T08:00:00"}]),
    "a span that ends before it begins": plant(calendars={"c": {"week": {"mon": ["14:00-06:00"]}}}),
    "spans that overlap": plant(calendars={"c": {"week": {"mon": ["06:00-14:00", "13:00-15:00"]}}}),
    "a first level above the capacity": plant({"b": {"kind": "buffer", "capacity": 1, "initial": 2, "to": "m"}}),
    "a saturated source before a sink": source(supply="saturated", to="out"),
    "a clock of shifts without a calendar": failure(clock="on_shift"),
    "a loop that takes no time": plant({"m": {"kind": "machine", "cycle_time": "0 s", "to": "n"},
                                        "n": {"kind": "machine", "cycle_time": "0 s", "to": "m"}}),
    "a whole number with a point": machine(servers=2.0),
}
