"""Whether a locked package has a known vulnerability, by PyPI's own advisories: `make audit`.

Where these cannot be read, as behind some mirrors, it says so instead of calling everything safe. What the
lock itself promises is checked in any case: each package pinned, and each of its files by hash.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parent.parent / "requirements.lock"
#: One pinned package of a lock, and its files' hashes.
PINNED = re.compile(
    r"[a-z0-9-]+(\[[a-z,]+\])?==[^\s;]+( ; [^\\]+)? \\\n( {4}--hash=sha256:[0-9a-f]{64}( \\)?\n)+"
)

Json = dict[str, Any]


def unpinned(lock: str) -> str:
    """What stands in a lock beside comments and packages pinned with hashes; "" when all is well."""
    bare = re.sub(r"^#.*\n", "", lock, flags=re.MULTILINE)
    return PINNED.sub("", bare).strip()


def told() -> Json | None:
    """What pip-audit says of the lock; None when it came to nothing."""
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "--requirement",
        str(LOCK),
        "--require-hashes",
        "--disable-pip",
    ]
    done = subprocess.run(
        [*command, "--format", "json", "--progress-spinner", "off"],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        report: Json = json.loads(done.stdout)
    except ValueError:
        return None
    return report


def findings(report: Json) -> list[str]:
    """A line per known vulnerability."""
    unsafe = [(package, found) for package in report["dependencies"] for found in package.get("vulns", [])]
    return [
        f"{package['name']} {package['version']}: {found['id']}, fixed in {_all(found['fix_versions'])}"
        for package, found in unsafe
    ]


def _all(versions: list[str]) -> str:
    return ", ".join(versions) or "no version yet"


def summary(report: Json | None) -> str:
    """How many packages were looked up, in one line."""
    if report is None:
        return "PyPI's advisories cannot be reached from here: no package was looked up"
    packages = report["dependencies"]
    skipped = sum("skip_reason" in package for package in packages)
    looked_up = f"{len(packages) - skipped} of {len(packages)} packages looked up in PyPI's advisories"
    return f"{looked_up}; the others are unknown to them from here" if skipped else looked_up


def main() -> int:
    """0 without findings, 1 with a known vulnerability or a lock that pins less than everything."""
    report, loose = told(), unpinned(LOCK.read_text())
    found = findings(report) if report is not None else []
    wrong = [f"not pinned with a hash: {loose}"] if loose else []
    lines = [
        *found,
        *wrong,
        summary(report),
        f"{len(found)} known vulnerabilities, every file pinned by hash",
    ]
    sys.stdout.write("\n".join(lines[: -1 if wrong else None]) + "\n")
    return 1 if found or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
