"""Checks that each id of a feature of a server's life, of its interceptors or of
its errors, and of a mistake of others that it does not make, stands by the test
that shows it:
  feature_ids.py TESTS_FOLDER"""

import pathlib
import re
import sys

IDS = (
    [f"H{number}" for number in (
        *range(1, 11), 19, *range(20, 26), *range(30, 41), 60, 61, 71, 74, 75,
        76, 80, 81, 83, 84)]
    + [f"H-B{number}" for number in (
        *range(1, 10), 13, 14, 15, *range(17, 24))]
    + [f"I{number}" for number in (*range(1, 17), 18)]
    + [f"I-B{number}" for number in range(1, 13)]
    + [f"P{number}" for number in (3, 4, 5, 8, 9, 10, 12)]
    + [f"P-B{number}" for number in range(1, 5)])


def main():
    named = set()
    for path in pathlib.Path(sys.argv[1]).rglob("*.cc"):
        for comment in re.findall(r"//.*", path.read_text()):
            named.update(re.findall(r"\b[HIP](?:-B)?\d+\b", comment))
    missing = [each for each in IDS if each not in named]
    if missing:
        sys.exit("no test says that it shows " + ", ".join(missing))
    print(f"all {len(IDS)} are named")


if __name__ == "__main__":
    main()
