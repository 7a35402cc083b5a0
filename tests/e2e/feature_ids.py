"""Checks that each id of a feature of a server's life or of its errors, and of a
mistake of others that it does not make, stands by the test that shows it:
  feature_ids.py TESTS_FOLDER"""

import pathlib
import re
import sys

IDS = (
    [f"H{number}" for number in (
        *range(1, 11), *range(20, 26), *range(30, 41), 60, 61, 75, 76, 80, 81,
        83, 84)]
    + [f"H-B{number}" for number in (
        *range(1, 10), 13, 14, 15, 17, 18, 19, 21, 23)]
    + [f"I{number}" for number in range(11, 17)]
    + [f"I-B{number}" for number in (4, 5, 9)]
    + ["P9", "P10", "P-B4"])


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
