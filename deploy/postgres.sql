-- PostgreSQL 15 or newer: two roles, so that the site can read and write rows and do nothing else.
--   meetingpoint_owner   owns the tables, runs `manage.py migrate`
--   meetingpoint         is what the site uses, and `prune` and `remind`
-- As the superuser, with the passwords in files that only postgres can read (deploy/make-secrets.sh makes them):
--   SECRETS=/etc/meetingpoint/secrets psql -f deploy/postgres.sql
-- It can run again. An installation with one role first: REASSIGN OWNED BY meetingpoint TO meetingpoint_owner.
\set ON_ERROR_STOP on
\set owner_password `cat "$SECRETS/postgres_owner"`
\set site_password `cat "$SECRETS/postgres_site"`

SET password_encryption = 'scram-sha-256';
SELECT format('CREATE ROLE %I', name) FROM unnest(ARRAY['meetingpoint_owner', 'meetingpoint']) AS name
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE meetingpoint_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 10
  PASSWORD :'owner_password';
ALTER ROLE meetingpoint LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 90
  PASSWORD :'site_password';
-- A query that hangs, and a transaction that someone forgot, hold up everyone else.
ALTER ROLE meetingpoint SET statement_timeout = '60s';
ALTER ROLE meetingpoint SET idle_in_transaction_session_timeout = '60s';

SELECT 'CREATE DATABASE meetingpoint OWNER meetingpoint_owner ENCODING ''UTF8'' TEMPLATE template0'
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'meetingpoint') \gexec
ALTER DATABASE meetingpoint OWNER TO meetingpoint_owner;
REVOKE ALL ON DATABASE meetingpoint FROM PUBLIC;
GRANT CONNECT ON DATABASE meetingpoint TO meetingpoint;

\connect meetingpoint
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO meetingpoint_owner;
GRANT USAGE ON SCHEMA public TO meetingpoint;
-- What there is, and what the owner's migrations will make.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO meetingpoint;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO meetingpoint;
ALTER DEFAULT PRIVILEGES FOR ROLE meetingpoint_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO meetingpoint;
ALTER DEFAULT PRIVILEGES FOR ROLE meetingpoint_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO meetingpoint;
