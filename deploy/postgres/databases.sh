#!/bin/sh
# Run once by the PostgreSQL image: a database and a user for the ledger, and for the conversations.
set -eu
for name in ledger chat; do
  export PASSWORD_FILE="/run/secrets/${name}_password" # read by psql: a password on its command line is seen
  psql -v ON_ERROR_STOP=1 -v name="$name" --username postgres <<'SQL'
\set password `cat "$PASSWORD_FILE"`
CREATE USER :"name" PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
done
