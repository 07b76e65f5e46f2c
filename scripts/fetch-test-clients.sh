#!/usr/bin/env bash
# Installs the outside S3 clients that tests run, where this user may: root on a machine with apt. What cannot be had is skipped by
# the tests, which say so. Never fails.
set -uo pipefail

missing=()
need() { command -v "$1" >/dev/null || missing+=("$2"); }
need aws awscli
need rclone rclone
need restic restic
need s3cmd s3cmd
need s3fs s3fs
python3 -c 'import boto3' 2>/dev/null || missing+=(python3-boto3)

[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "tests skip what is not installed: apt-get install ${missing[*]}" >&2
  exit 0
fi
for package in "${missing[@]}"; do
  DEBIAN_FRONTEND=noninteractive timeout 120 apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1 ||
    echo "tests skip what could not be installed: $package" >&2
done
exit 0
