"""Make backend_stub/reference/common_passwords.txt from the list Django ships.

Get Django with the ordinary package client, into a directory of its own, without installing it:

    pip download --no-deps --dest DIR django==5.2.19
    python scripts/make_passwords.py DIR/django-5.2.19-py3-none-any.whl

"""

from __future__ import annotations

import gzip
import re
import sys
import zipfile
from pathlib import Path

OUT = Path(__file__).resolve().parents[1] / "backend_stub" / "reference"
MEMBER = "django/contrib/auth/common-passwords.txt.gz"
LICENCE = "licenses/LICENSE"
HEADER = """\
# The passwords of 8 characters and more among the 20,000 most used, the most used first, in lower case
# Source: Python package Django 5.2.19, contrib/auth/common-passwords.txt.gz (after Royce Williams, from passwords that
#   were made public in breaches: gist.github.com/roycewilliams/226886fd01572964e1431ac8afc999ce)
# Licence of the source: BSD-3-Clause, copyright (c) Django Software Foundation and individual contributors
#   (django.LICENSE beside this file)
# Read on: 2026-11-22. Left out: 8 rows of characters that somebody's conversion lost, and 1 that begins like a comment.
# Made by: scripts/make_passwords.py (do not edit by hand)
"""


def main(wheel: str) -> None:
    with zipfile.ZipFile(wheel) as package:
        lines = gzip.decompress(package.read(MEMBER)).decode("utf-8").splitlines()
        licence = next(name for name in package.namelist() if name.endswith(LICENCE))
        (OUT / "django.LICENSE").write_bytes(package.read(licence))
    long = [line for line in lines if len(line) >= 8]
    kept = [line for line in long if re.fullmatch(r"[ -~]+", line) and not line.startswith("#")]
    assert len(kept) == len(set(kept))
    assert all(line == line.lower() for line in kept)
    (OUT / "common_passwords.txt").write_text(HEADER + "\n".join(kept) + "\n", "utf-8")
    print(f"common_passwords.txt: {len(kept)} of {len(long)}")


if __name__ == "__main__":
    main(sys.argv[1])
