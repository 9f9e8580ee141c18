"""Sections of a Markdown page between markers, and the line above each that says where its figures come from."""

import datetime
import os
import pathlib
import platform
import textwrap


def machine():
    """The processors, as `codesensei bench` prints them."""
    model = ""
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                model = " of " + line.split(": ", 1)[1].strip()
                break
    except OSError:
        pass
    cores = os.cpu_count() or 1
    return f"{cores} core{'s' if cores > 1 else ''}{model}, {platform.system().lower()} on {platform.machine()}"


def measured(command, build=None):
    """The line above a table: the day, the machine, the build if it matters, and the command."""
    today = datetime.datetime.now(datetime.timezone.utc).date()
    line = f"Measured on {today}, {machine()}, {build + ', ' if build else ''}`{command}`."
    return textwrap.fill(line, width=120, break_long_words=False, break_on_hyphens=False)


def replace(page, section, text):
    """Replaces the text between the markers of a section."""
    begin, end = f"<!-- generated:begin {section} -->\n", f"<!-- generated:end {section} -->"
    before, rest = page.read_text(encoding="utf-8").split(begin, 1)
    after = rest.split(end, 1)[1]
    page.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")
