"""The README as tests read it: its text, and its tables by their first heading."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def table(first_heading: str) -> dict[str, list[str]]:
    """A table of the README: its first cells, each with the cells beside it."""
    lines = README[README.index(f"| {first_heading} |") :].split("\n\n")[0].splitlines()
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in lines
        if not line.startswith("|--")
    ]
    return {row[0]: row[1:] for row in rows}
