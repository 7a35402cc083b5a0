"""Checks that the C++ that a guide shows is that of an example, which compiles:
  quotes.py GUIDE EXAMPLE_FOLDER"""

import pathlib
import re
import sys


def lines(text):
    return "\n".join(line.strip() for line in text.strip().splitlines())


def main(guide, folder):
    sources = [lines(path.read_text()) for path in pathlib.Path(folder).glob("*.cc")]
    blocks = re.findall(r"^```cpp\n(.*?)^```", pathlib.Path(guide).read_text(),
                        re.MULTILINE | re.DOTALL)
    strange = [block for block in blocks
               if not any(lines(block) in source for source in sources)]
    for block in strange:
        print(f"{guide} shows what no file in {folder} has:\n{block}")
    print(f"{len(blocks)} blocks")
    return 1 if strange or not blocks else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
