#!/bin/sh
# Known vulnerabilities of what we ship. A registry that cannot be reached is reported, not a failure: preflight works offline.
set -eu
cd "$(dirname "$0")/.."
report=$(npm audit --omit=dev --audit-level=high --json 2>/dev/null) && verdict=0 || verdict=$?
case "$report" in
  *'"auditReportVersion"'*) ;;
  *)
    echo "audit: SKIPPED, the npm registry gave no report (offline?). Nothing is known about vulnerabilities." >&2
    exit 0
    ;;
esac
if [ "$verdict" -ne 0 ]; then
  npm audit --omit=dev --audit-level=high || true
  echo "audit: FAILED" >&2
  exit 1
fi
echo "audit: no known vulnerability of level high or above"
