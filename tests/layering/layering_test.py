#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the rooms of takt to their table: what each may include, in include/takt and in src.

The same table stands in docs/architecture.md for people to read; this test fails when the two differ. To add a room or
a package to a room, change both, and give the room its line in CMakeLists.txt.
"""

import re
import tempfile
import unittest
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Room:
    """The rooms and the packages a room may include."""

    rooms: frozenset
    packages: frozenset


def room(rooms: str = "", packages: str = "") -> Room:
    return Room(frozenset(rooms.split()), frozenset(packages.split()))


# Lowest first. Everything may include its own room and the standard library.
ROOMS = {
    "core": room(packages="date Boost.Math"),
    "plant": room("core"),
    "health": room("core", "Eigen"),
    "engine": room("core plant health", "Eigen"),
    "topology": room("core plant engine", "Boost.Graph fmt"),
    "ict": room("core plant engine", "SimGrid nlohmann-json fmt POSIX"),
    "kpi": room("core plant health engine", "fmt"),
    "sync": room("core plant health engine kpi", "Eigen fmt"),
    "study": room("core plant health engine topology ict kpi", "Eigen fmt"),
    "network": room("core plant health engine topology ict kpi study", "fmt"),
    "report": room("core plant health engine topology ict kpi sync study network", "nlohmann-json fmt"),
    "io/plant": room("core plant health engine topology ict kpi sync study network report", "nlohmann-json zlib fmt"),
    "io/live": room(
        "core plant health engine topology ict kpi sync study network report io/plant",
        "nlohmann-json zlib OpenSSL Protobuf cpp-httplib pugixml fmt POSIX",
    ),
    "io/store": room(
        "core plant health engine topology ict kpi sync study network report io/plant io/live",
        "HDF5 nlohmann-json zlib OpenSSL fmt POSIX",
    ),
    "io/mpi": room(
        "core plant health engine topology ict kpi sync study network report io/plant io/live io/store", "MPI"
    ),
}

# Programs under src: they may include any room, and nothing includes them.
PROGRAMS = {
    "cli": frozenset("CLI11 cpp-httplib nlohmann-json fmt POSIX".split()),
    "server": frozenset("cpp-httplib CLI11 nlohmann-json fmt POSIX".split()),
}

# The one package public headers may name, in the rooms that have it.
PUBLIC_PACKAGES = frozenset({"Eigen"})

# The one public header outside the rooms: it includes the others.
UMBRELLA = "takt.hpp"

PACKAGES = {
    "Boost.Graph": r"boost/(?!math/).+",
    "Boost.Math": r"boost/math/.+",
    "CLI11": r"CLI/.+",
    "cpp-httplib": r"httplib\.h",
    "date": r"date/(date|tz)\.h",
    "Eigen": r"Eigen/.+",
    "fmt": r"fmt/.+",
    "HDF5": r"hdf5(_hl)?\.h|H5.+\.h",
    "MPI": r"mpi\.h",
    "nlohmann-json": r"nlohmann/.+",
    "OpenSSL": r"openssl/.+",
    "POSIX": r"(unistd|fcntl|signal|spawn|poll|termios|dirent|netdb|fnmatch)\.h|(sys|netinet|arpa)/.+\.h",
    "Protobuf": r"google/protobuf/.+|.+\.pb\.h",
    "pugixml": r"pugixml\.hpp",
    "SimGrid": r"simgrid/.+|xbt/.+|xbt\.h",
    "zlib": r"zlib\.h",
}

STANDARD = frozenset(
    """
    algorithm any array atomic barrier bit bitset charconv chrono codecvt compare complex concepts condition_variable
    coroutine deque exception execution filesystem format forward_list fstream functional future initializer_list iomanip
    ios iosfwd iostream istream iterator latch limits list locale map memory memory_resource mutex new numbers numeric
    optional ostream queue random ranges ratio regex scoped_allocator semaphore set shared_mutex source_location span
    sstream stack stdexcept stop_token streambuf string string_view syncstream system_error thread tuple type_traits
    typeindex typeinfo unordered_map unordered_set utility valarray variant vector version
    cassert cctype cerrno cfenv cfloat cinttypes climits clocale cmath csetjmp csignal cstdarg cstddef cstdint cstdio
    cstdlib cstring ctime cuchar cwchar cwctype
    """.split()
)

# Vector instructions by name: headers of the compiler's own, used behind an #ifdef with a portable way beside it.
INTRINSICS = re.compile(r"[a-z]mmintrin\.h|arm_neon\.h")

CODE = {".hpp", ".h", ".cpp"}
HEADERS = {".hpp", ".h"}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.MULTILINE)
BLOCK_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def room_of(path: str):
    """The room or program of a path below include/takt or src ("io/plant/file.hpp"); None for a path in none."""
    return next((name for name in (*ROOMS, *PROGRAMS) if path.startswith(name + "/")), None)


def package_of(header: str):
    """The package a header belongs to, "" for the compiler and its library, None for one in no package of the table."""
    if header in STANDARD or INTRINSICS.fullmatch(header):
        return ""
    return next((name for name, pattern in PACKAGES.items() if re.fullmatch(pattern, header)), None)


def includes(file: Path):
    """Each #include of a file as (line, quoted or not, name); those in comments do not count."""
    text = file.read_text(encoding="utf-8")
    text = BLOCK_COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), text)
    for found in INCLUDE.finditer(text):
        yield text.count("\n", 0, found.start(2)) + 1, found[1] == '"', found[2]


def target_of(root: Path, file: Path, quoted: bool, name: str):
    """Where an include of takt's own leads, as a path below include/takt or src; None for a package's header."""
    if name.startswith("takt/"):
        return name.removeprefix("takt/")
    if quoted:
        for folder in (file.parent, root / "src"):
            target = (folder / name).resolve()
            if target.is_file() and target.is_relative_to((root / "src").resolve()):
                return target.relative_to((root / "src").resolve()).as_posix()
    return None


def fault_of(root: Path, file: Path, place: str, is_public: bool, quoted: bool, name: str):
    """What is wrong with one include of a file that stands in the room or program `place`; None if nothing is."""
    is_program = place in PROGRAMS
    target = target_of(root, file, quoted, name)
    if target is not None:
        if target == UMBRELLA and is_program:
            return None
        if is_public and not name.startswith("takt/"):
            return f'"{name}": a public header includes takt\'s own headers as "takt/..." only'
        other = room_of(target)
        if other is None:
            return f"<{name}>: no room of takt's holds it; name the header itself, not the umbrella"
        if other in PROGRAMS and other != place:
            return f'"{name}": nothing includes {other}'
        if not is_program and other != place and other not in ROOMS[place].rooms:
            return f'"{name}": {place} may not include {other}'
        return None

    if name == "iostream" and not is_program:
        return "<iostream>: the library never prints; <iosfwd>, <istream> and <ostream> declare streams"
    if name == "iostream" and file.suffix in HEADERS:
        return "<iostream>: not in a header"
    package = package_of(name)
    if package is None:
        return f"<{name}>: neither takt's, nor standard, nor of a package in this test's table"
    packages = PROGRAMS[place] if is_program else ROOMS[place].packages
    if is_public:
        packages = packages & PUBLIC_PACKAGES
    if package and package not in packages:
        return f"<{name}>: {'public headers of ' if is_public else ''}{place} may not include {package}"
    return None


def faults(root: Path) -> list:
    """Everything in include/ and src/ that breaks the table, one line each."""
    found = []
    for base, is_public in ((root / "include" / "takt", True), (root / "src", False)):
        for file in sorted(path for path in base.rglob("*") if path.is_file()):
            path = file.relative_to(base).as_posix()
            where = file.relative_to(root).as_posix()
            if is_public and path == UMBRELLA:
                continue
            place = room_of(path)
            if place is None or (is_public and place in PROGRAMS):
                found.append(f"{where}: stands in no room")
                continue
            if is_public and file.suffix != ".hpp":
                found.append(f"{where}: a public header ends in .hpp")
            if file.suffix not in CODE:
                continue
            for line, quoted, name in includes(file):
                fault = fault_of(root, file, place, is_public, quoted, name)
                if fault is not None:
                    found.append(f"{where}:{line}: {fault}")
    for file in sorted((root / "include").glob("*")):
        if file.name != "takt":
            found.append(f"include/{file.name}: only takt/ stands in include/")
    return found


def documented_rooms(markdown: str) -> dict:
    """The table whose columns are Room, Holds, May include, Packages, read as ROOMS is written."""
    rooms = {}
    rows = re.search(r"^\| *Room *\|[^\n]*\n\|[-| ]+\|\n((?:\|[^\n]*\n)+)", markdown, re.MULTILINE)
    if rows is None:
        return rooms
    for row in rows[1].splitlines():
        name, _, may_include, packages = (cell.strip() for cell in row.strip("|").split("|"))
        name = name.strip("`").rstrip("/")
        rooms[name] = Room(expand(may_include, rooms), words(packages))
    return rooms


def words(cell: str) -> frozenset:
    return frozenset() if cell == "none" else frozenset(re.split(r", *", cell))


def expand(may_include: str, above: dict) -> frozenset:
    """"a, b and below" means a, b and all that they may include; "everything above", all rows so far."""
    if may_include == "everything above":
        return frozenset(above)
    names = words(may_include.removesuffix(" and below"))
    if may_include.endswith(" and below"):
        names = names.union(*(above[name].rooms for name in names))
    return names


class Layering(unittest.TestCase):
    def test_every_include_keeps_to_the_table(self):
        found = faults(ROOT)
        self.assertFalse(found, "\n" + "\n".join(found))

    def test_the_table_only_points_downward(self):
        above = set()
        for name, entry in ROOMS.items():
            self.assertLessEqual(entry.rooms, above, name)
            self.assertLessEqual(entry.packages, set(PACKAGES), name)
            above.add(name)

    def test_the_documentation_shows_the_same_table(self):
        documented = documented_rooms((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"))
        self.assertEqual(list(documented), list(ROOMS))
        for name, entry in ROOMS.items():
            self.assertEqual(sorted(documented[name].rooms), sorted(entry.rooms), f"rooms of {name}")
            self.assertEqual(sorted(documented[name].packages), sorted(entry.packages), f"packages of {name}")


class TheCheckItself(unittest.TestCase):
    """Each way to break the table, in a small tree of its own, is found; what is allowed is not."""

    def found(self, files: dict) -> list:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for name, text in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text, encoding="utf-8")
            return faults(root)

    def test_allowed_includes_pass(self):
        self.assertEqual(
            self.found(
                {
                    "include/takt/takt.hpp": '#include "takt/engine/model.hpp"\n',
                    "include/takt/core/time.hpp": "#include <chrono>\n",
                    "include/takt/health/filter.hpp": '#include <Eigen/Dense>\n#include "takt/core/time.hpp"\n',
                    "include/takt/engine/model.hpp": '#include "takt/plant/plant.hpp"\n',
                    "include/takt/plant/plant.hpp": '// #include "takt/engine/model.hpp"\n/*\n#include <iostream>\n*/\n',
                    "src/core/zone.cpp": '#include "zone_table.hpp"\n#include <date/tz.h>\n#include <boost/math/tools.hpp>\n',
                    "src/core/zone_table.hpp": "#include <array>\n",
                    "src/cli/main.cpp": '#include <CLI/CLI.hpp>\n#include <iostream>\n#include "takt/takt.hpp"\n',
                }
            ),
            [],
        )

    def test_each_fault_is_found(self):
        cases = {
            "upward": ("include/takt/core/time.hpp", '#include "takt/plant/plant.hpp"', "core may not include plant"),
            "upward in src": ("src/plant/plant.cpp", "#include <takt/engine/model.hpp>", "plant may not include engine"),
            "sideways": ("src/study/study.cpp", '#include "takt/sync/twin.hpp"', "study may not include sync"),
            "private, upward": ("src/core/a.cpp", '#include "plant/b.hpp"', "core may not include plant"),
            "private, in public": ("include/takt/plant/a.hpp", '#include "plant/b.hpp"', 'as "takt/..." only'),
            "program": ("src/plant/a.cpp", '#include "cli/b.hpp"', "nothing includes cli"),
            "json in public": ("include/takt/io/plant/a.hpp", "#include <nlohmann/json.hpp>", "may not include nlohmann"),
            "HDF5 in public": ("include/takt/io/store/a.hpp", "#include <hdf5.h>", "may not include HDF5"),
            "SimGrid in public": ("include/takt/ict/a.hpp", "#include <simgrid/s4u.hpp>", "may not include SimGrid"),
            "CLI11 in a room": ("src/report/a.cpp", "#include <CLI/CLI.hpp>", "report may not include CLI11"),
            "Eigen in core": ("include/takt/core/a.hpp", "#include <Eigen/Dense>", "core may not include Eigen"),
            "time zones in plant": ("src/plant/a.cpp", "#  include <date/tz.h>", "plant may not include date"),
            "unknown package": ("src/sync/a.cpp", "#include <armadillo>", "neither takt's, nor standard"),
            "umbrella in a room": ("src/report/a.cpp", '#include "takt/takt.hpp"', "not the umbrella"),
            "printing": ("src/kpi/a.cpp", "#include <iostream>", "never prints"),
            "printing header": ("src/cli/a.hpp", "#include <iostream>", "not in a header"),
            "no such room": ("include/takt/magic/a.hpp", "", "stands in no room"),
            "between rooms": ("include/takt/io/a.hpp", "", "stands in no room"),
            "beside the umbrella": ("include/takt/a.hpp", "", "stands in no room"),
            "beside takt": ("include/a.hpp", "", "only takt/ stands in include/"),
            "odd suffix": ("include/takt/core/a.h", "", "ends in .hpp"),
        }
        for case, (file, line, message) in cases.items():
            with self.subTest(case):
                extra = {"src/plant/b.hpp": "", "src/cli/b.hpp": ""}
                found = self.found({**extra, file: line + "\n"})
                self.assertEqual(len(found), 1, found)
                self.assertIn(message, found[0])


if __name__ == "__main__":
    unittest.main()
