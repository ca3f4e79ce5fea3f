#!/usr/bin/env bash
# Installs Debian's Postgres server, for the tests of the store in it, where it is missing and this machine lets us.
# Those tests start a server of their own and leave out what is not there.
set -u
if ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1; then exit 0; fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "postgres: not installed, and this user cannot install it"
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get install -y -q postgresql >/dev/null 2>&1 ||
  { apt-get update -q >/dev/null 2>&1 && apt-get install -y -q postgresql >/dev/null 2>&1; }
