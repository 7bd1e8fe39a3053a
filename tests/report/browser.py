# SPDX-License-Identifier: Apache-2.0
"""Pages in a browser without a window: what it makes of them, what it asks for, and what goes wrong."""

import json
import shutil
import subprocess

CHROMIUM = shutil.which("chromium")
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
         "--disable-default-apps")


def browse(file, folder, *arguments):
    """Chromium with a file; its profile lies in `folder`."""
    return subprocess.run(
        [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         f"--user-data-dir={folder / 'profile'}", *arguments, file.as_uri()],
        capture_output=True, text=True, timeout=120, check=False)


def seen(file, folder):
    """What a browser made of a file: its document, what its console says, the addresses it asked for."""
    log = folder / "net.json"
    done = browse(file, folder, "--enable-logging=stderr", "--v=0", f"--log-net-log={log}", "--dump-dom", *QUIET)
    assert done.returncode == 0, done.stderr
    events = json.loads(log.read_text(encoding="utf-8"))["events"]
    asked = {event["params"]["url"] for event in events if "url" in event.get("params", {})}
    asked = [url for url in asked if url.startswith("http") and "google" not in url]  # those are the browser's own
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line], asked


def photograph(file, folder, picture, width=1100, height=3000):
    """The page as a picture (PNG)."""
    done = browse(file, folder, f"--screenshot={picture}", f"--window-size={width},{height}", "--hide-scrollbars", *QUIET)
    assert done.returncode == 0 and picture.exists(), done.stderr
