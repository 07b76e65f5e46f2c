#!/bin/sh
# ./scripts/bench.sh 3node|5node|7node: puts, gets and lists against a cluster, which is started when it does not run.
# ./scripts/bench.sh disk: what the disk under $PREDA_DIR can do, to compare with.
set -eu
cd "$(dirname "$0")/.."
target=${1:?name a cluster (3node, 5node, 7node) or disk}
seconds=${SECONDS_PER_RUN:-10}

if [ "$target" = disk ]; then
  directory=${PREDA_DIR:-/tmp/predastore}
  mkdir -p "$directory"
  if command -v fio > /dev/null 2>&1; then
    for run in "write 1m 1" "randwrite 8k 16" "read 1m 1" "randread 8k 16"; do
      set -- $run
      fio --name="$1-$2" --directory="$directory" --rw="$1" --bs="$2" --numjobs=1 --iodepth="$3" --ioengine=psync \
        --fdatasync=1 --size=256m --runtime="$seconds" --time_based --unlink=1 --group_reporting --minimal |
        awk -F ';' -v name="$1 $2" '{ printf "%-16s %8.1f MiB/s read  %8.1f MiB/s write\n", name, $7 / 1024, $48 / 1024 }'
    done
    exit 0
  fi
  echo "fio is not installed: measuring with a small program of our own" >&2
  exec node dist/scripts/bench/disk.js "$directory" "$seconds"
fi

./scripts/start.sh -w "$target" > /dev/null
eval "$(./bin/predastore env "$target")"
endpoints=$(./bin/predastore env --endpoints "$target")
for run in "put 4k" "put 64k" "put 4m" "get 4k" "get 64k" "get 4m" "list 4k"; do
  set -- $run
  node dist/scripts/bench/s3-load.js --endpoint "$endpoints" --ca "$AWS_CA_BUNDLE" --operation "$1" --size "$2" \
    --connections 16 --duration "$seconds"
done
