-- Runs once, as the superuser, when the volume is empty. Two databases, since Rasa's tracker and the
-- shop both have a table `events`; one plain role that owns both.
\set ON_ERROR_STOP on
\getenv password POSTGRES_PASSWORD

CREATE ROLE shopkeeper LOGIN PASSWORD :'password';
CREATE DATABASE shopkeeper OWNER shopkeeper;
CREATE DATABASE rasa OWNER shopkeeper;
REVOKE ALL ON DATABASE shopkeeper, rasa FROM PUBLIC;

-- No shopper waits this long, and what a crash leaves behind must not hold locks for ever.
-- Migrations lift the first for themselves.
ALTER ROLE shopkeeper SET statement_timeout = '60s';
ALTER ROLE shopkeeper SET idle_in_transaction_session_timeout = '5min';
-- A process whose machine has vanished gives its connections back.
ALTER ROLE shopkeeper SET tcp_keepalives_idle = '60s';

-- From here on the superuser comes in through the container's own socket alone.
ALTER ROLE CURRENT_USER PASSWORD NULL;
