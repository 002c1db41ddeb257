#!/bin/sh
# Run once by the PostgreSQL image: a database and a user for the ledger, and for the conversations.
set -eu
for name in ledger chat; do
  password="$(cat "/run/secrets/${name}_password")"
  psql -v ON_ERROR_STOP=1 -v name="$name" -v password="$password" --username postgres <<'SQL'
CREATE USER :"name" PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
done
