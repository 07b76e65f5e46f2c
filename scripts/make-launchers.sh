#!/bin/sh
# make-launchers.sh [DIRECTORY]: makes s3d and predastore, which run what `npm run build` compiled; in bin/ unless told otherwise.
set -eu
root="$(cd "$(dirname "$0")/.." && pwd)"
directory="${1:-$root/bin}"
mkdir -p "$directory"

# launcher NAME FLAGS
launcher() {
  cat > "$directory/$1" <<LAUNCHER
#!/bin/sh
exec node $2 "\$(dirname "\$(readlink -f "\$0")")/../dist/src/bin/$1.js" "\$@"
LAUNCHER
  chmod 755 "$directory/$1"
}

# NODE_PROCESS_FLAGS of src/host/local-cluster.ts, with the reason.
launcher s3d --initial-old-space-size=256
launcher predastore ''
