#!/bin/sh
# Makes deploy/secrets/: a random secret a file, for those that are not there yet. `sh deploy/secrets.sh`
# The gateway's own secret and your login's public key come from elsewhere: put them there yourself.
set -eu
umask 077
folder="$(dirname "$0")/secrets"
mkdir -p "$folder"

random() { openssl rand -hex 32; }
keep() { test -s "$folder/$1" || printf '%s\n' "$2" > "$folder/$1"; }
value() { cat "$folder/$1"; }

for name in action button staff webhook metrics postgres ledger_password chat_password redis_password; do
  keep "$name" "$(random)"
done
keep database_url "postgresql://ledger:$(value ledger_password)@postgres:5432/ledger"
keep chat_db "postgresql://chat:$(value chat_password)@postgres:5432/chat"
keep redis_url "redis://:$(value redis_password)@redis:6379/0"
keep redis.conf "requirepass $(value redis_password)
appendonly no
save \"\"
maxmemory-policy noeviction"
test -s "$folder/gateway" || echo "deploy/secrets/gateway is missing: the secret that your payment gateway gave you" >&2
test -s "$folder/login-public.pem" || echo "deploy/secrets/login-public.pem is missing: the key of your login" >&2
chmod 700 "$folder" # keeps others out; each file is mounted by itself into containers with users of their own
chmod 644 "$folder"/*
