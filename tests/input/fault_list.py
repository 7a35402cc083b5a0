"""docs/reliability.md lists every fault, and each has a test that there is."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).parents[2]
IDS = {
    f"{letter}{number}"
    for letter, count in (
        ("B", 35), ("R", 17), ("L", 15), ("T", 6), ("S", 9), ("N", 1)
    )
    for number in range(1, count + 1)
}
STOCK_FAILS = 8  # at least


def rows():
    text = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if re.match(r"\| [A-Z]\d+ \|", line)
    ]


def tests(pattern="*"):
    """Names of tests and of files of tests."""
    names = set()
    for path in (ROOT / "tests").rglob(pattern):
        if path.suffix == ".py":
            found = r"def (test_\w+)"
        elif path.suffix == ".cc":
            found = r"^(?:TYPED_)?TEST(?:_F|_P)?\(\s*\w+,\s*(\w+)\)"
        else:
            continue
        names.add(path.name)
        names |= set(re.findall(found, path.read_text(encoding="utf-8"), re.M))
    return names


class FaultList(unittest.TestCase):
    def test_each_fault_is_there_once(self):
        listed = [row[0] for row in rows()]
        self.assertEqual(sorted(listed), sorted(IDS))

    def test_each_has_a_test_or_a_reason(self):
        known = tests()
        for row in rows():
            with self.subTest(row[0]):
                self.assertEqual(len(row), 5, row)
                if row[3] == "none":
                    self.assertRegex(row[2], r"^none: \w+")
                else:
                    self.assertIn(row[3], known)

    def test_stock_fails_some_and_each_is_shown(self):
        text = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")
        section = text.split("## What stock gRPC fails")[1]
        faults = [line for line in section.splitlines() if line.startswith("| ")]
        self.assertGreaterEqual(len(faults) - 1, STOCK_FAILS)  # its title aside
        shown = tests("input/stock_*.cc")
        for fault in faults[1:]:
            with self.subTest(fault):
                name = re.search(r"\((\w+)\) \|$", fault)
                self.assertIsNotNone(name, "names no test")
                self.assertIn(name[1], shown)


if __name__ == "__main__":
    unittest.main(verbosity=2)
