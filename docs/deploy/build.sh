#!/bin/sh
# Makes what the image holds; the Dockerfile runs it, and so does a test, where there is no container engine.
#
#   build.sh SOURCE TARGET
#
#   TARGET/venv    the locked dependencies, each checked against its hash
#   TARGET/app     the code, with the customers' texts and its modules compiled
#   TARGET/static  the static files
#
# PYTHON names the Python (python3). With VENV set to an environment that has the dependencies, none are installed.
set -eu
source=$1 target=$2
umask 022
mkdir -p "$target/app"

venv=${VENV:-$target/venv}
if [ -z "${VENV:-}" ]; then
  "${PYTHON:-python3}" -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --no-cache-dir --disable-pip-version-check --require-hashes -r "$source/requirements.lock"
fi

for part in manage.py gunicorn.conf.py portal programs onboarding templates static docs; do
  cp -R "$source/$part" "$target/app/"
done

# Settings of the demo, in a directory that is gone afterwards: building needs no secret and no database.
data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT
cd "$target/app"
export DATA_DIR="$data" STATIC_ROOT="$target/static" PORTAL_ENV=demo
"$venv/bin/python" manage.py compile_texts
"$venv/bin/python" manage.py collectstatic --no-input --verbosity 0
chmod -R a+rX "$target/static"  # the portal's user reads them, and is not the one who builds
"$venv/bin/python" -m compileall -q portal programs onboarding
