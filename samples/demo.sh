#!/bin/sh
# Sets everything up in .venv (once) and plays the bundled recording; arguments go to `eyebridge demo`.
set -eu
cd "$(dirname "$0")/.."
if [ ! -x .venv/bin/eyebridge ]; then
    "${PYTHON:-python3}" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        { echo "eyebridge needs Python 3.11 or later; name one with PYTHON=/path/to/python3 sh samples/demo.sh" >&2; exit 2; }
    "${PYTHON:-python3}" -m venv .venv
    .venv/bin/python -m pip install --quiet --editable .
fi
exec .venv/bin/eyebridge demo "$@"
