#!/bin/sh
# The two roles of the database, made when it is: the owner, as whom migrations and a restore connect, and the
# application, as whom everything else does. What the application may do is granted by `zhuanmai migrate`.
set -eu
psql --username "$POSTGRES_USER" --dbname postgres --no-psqlrc --quiet --set ON_ERROR_STOP=1 <<'SQL'
\set owner `cat /run/secrets/owner`
\set application `cat /run/secrets/application`
create role zhuanmai_owner login nosuperuser nocreatedb nocreaterole password :'owner';
create role zhuanmai_application login nosuperuser nocreatedb nocreaterole password :'application';
create database zhuanmai owner zhuanmai_owner template template0 encoding 'UTF8' locale 'C.UTF-8';
SQL
