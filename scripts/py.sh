#!/bin/sh
# Runs a module of this project with the first python3 (3.8 or newer) that works here.
# Inside this folder `python3` may be a pyenv shim that fails, because .python-version asks for the bot's Python.
root="${PYENV_ROOT:-$HOME/.pyenv}"
for python in python3 /usr/bin/python3 python3.13 python3.12 python3.11 python3.10 python3.9 python3.8 \
    "$root"/versions/3.*/bin/python3; do
  if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 8))' >/dev/null 2>&1; then
    exec "$python" "$@"
  fi
done
if uv --version >/dev/null 2>&1; then
  exec uv run --no-project --python 3.10 python "$@"
fi
echo "Python 3.8 or newer is needed to begin, and no python3 works here: install it (on Debian: apt-get install python3) or install uv." >&2
exit 1
