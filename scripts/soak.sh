#!/bin/sh
# Hours of mixed load with faults on one cluster: memory, file descriptors, disk and JetStream consumers stay flat, nothing is lost.
#
#   ./scripts/soak.sh --minutes 120 [--seed TEXT] [--calm] [--report FILE]
#
# Needs `make build`. Ends with 1, and says why, when something grew or was lost.
set -eu
cd "$(dirname "$0")/.."
exec node --import ./test/support/typescript-hooks.js test/support/soak/soak.ts "$@"
