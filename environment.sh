#!/usr/bin/env bash
# Fills .venv with exactly what requirements.lock names (every file checked by hash), then adds
# pkstats itself, editable. The stamp stands only while .venv is whole: after an interruption, or
# for another Python, .venv is made anew (from the installer's cache, so quickly).
set -euo pipefail
python=${1:-python3}
cd "$(dirname "$0")"

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
  echo "pkstats needs Python 3.11 or later; '$python' is not. Name one: make PYTHON=python3.11 ..." >&2
  exit 1
}
stamp=.venv/.pkstats-stamp
bin=$PWD/.venv/bin
version='import sys; print(sys.version_info[:2])'
if [ ! -f "$stamp" ] || [ "$("$bin/python" -c "$version" 2>/dev/null)" != "$("$python" -c "$version")" ]; then
  echo "environment: a new .venv from requirements.lock"
  "$python" -m venv --clear .venv
else
  echo "environment: .venv brought up to requirements.lock"
fi
rm -f "$stamp"
unset VIRTUAL_ENV
export PIP_DISABLE_PIP_VERSION_CHECK=1

# uv does not read pip's configuration: hand over the index and the certificate pip is set to.
index=${UV_DEFAULT_INDEX:-${PIP_INDEX_URL:-$("$bin/pip" config get global.index-url 2>/dev/null || true)}}
certificate=${SSL_CERT_FILE:-${PIP_CERT:-$("$bin/pip" config get global.cert 2>/dev/null || true)}}
[ -z "$index" ] || export UV_DEFAULT_INDEX=$index
[ -z "$certificate" ] || export SSL_CERT_FILE=$certificate
export UV_LINK_MODE=${UV_LINK_MODE:-copy}

quiet=--quiet
[ ! -t 2 ] || quiet= # a terminal gets uv's progress bar
uv_lines=$(mktemp)
trap 'rm -f "$uv_lines"' EXIT
sed -n '/^uv==/,/[^\\]$/p' requirements.lock >"$uv_lines"
if "$bin/pip" install --quiet --require-hashes -r "$uv_lines" &&
  "$bin/uv" pip sync $quiet --python "$bin/python" --require-hashes requirements.lock; then
  :
else
  echo "environment: uv did not work here, pip takes over (slower)"
  "$bin/pip" install --progress-bar off --require-hashes -r requirements.lock
fi
"$bin/pip" install --quiet --no-deps --no-build-isolation --editable .
touch "$stamp"
echo "environment: ready"
