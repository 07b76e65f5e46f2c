#!/bin/sh
# ./scripts/start.sh [-w] 3node|5node|7node: starts every node in the background; -w waits until they are ready.
# Everything of the cluster lies in $PREDA_DIR, by default /tmp/predastore/<cluster>.
set -eu
cd "$(dirname "$0")/.."
[ -x bin/predastore ] || make --silent build
exec ./bin/predastore up "$@"
