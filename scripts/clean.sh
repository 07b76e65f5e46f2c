#!/bin/sh
# ./scripts/clean.sh 3node|5node|7node: stops a cluster and removes all of its data.
set -eu
cd "$(dirname "$0")/.."
exec ./bin/predastore clean "$@"
