#!/bin/sh
# ./scripts/stop.sh 3node|5node|7node: drains and ends what start.sh started.
set -eu
cd "$(dirname "$0")/.."
exec ./bin/predastore down "$@"
