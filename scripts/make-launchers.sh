#!/bin/sh
# Makes bin/s3d and bin/predastore, which run what `npm run build` compiled.
set -eu
cd "$(dirname "$0")/.."
mkdir -p bin
for name in s3d predastore; do
  cat > "bin/$name" <<LAUNCHER
#!/bin/sh
exec node "\$(dirname "\$(readlink -f "\$0")")/../dist/src/bin/$name.js" "\$@"
LAUNCHER
  chmod 755 "bin/$name"
done
