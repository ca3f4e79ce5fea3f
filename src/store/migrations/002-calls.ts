// What was asked of services that cost: a line for each call, its answer for as long as it counts, what may be spent.
import type { Migration } from "./migration.ts";

export const callsMigration: Migration = {
  name: "calls",
  sql: `
create table calls (
  id integer primary key,
  key text not null,
  provider text not null,
  model text not null,
  state text not null check (state in ('in_flight', 'answered', 'failed', 'lost')),
  job_id text references jobs (id) on delete set null,
  unit_id integer,
  fence integer,
  worker text,
  budgets text not null check (json_valid(budgets)),
  reserved integer not null,
  spent integer not null default 0,
  tokens_in integer not null default 0,
  tokens_out integer not null default 0,
  reason text,
  lease_until integer not null,
  started_at integer not null,
  ended_at integer
) strict;

create unique index calls_in_flight on calls (key) where state = 'in_flight';
create index calls_of_job on calls (job_id, id);

create table answers (
  key text primary key,
  call_id integer not null references calls (id),
  answer text not null check (json_valid(answer)),
  created_at integer not null,
  expires_at integer
) strict, without rowid;

create index answers_by_age on answers (expires_at) where expires_at is not null;

create table budgets (
  name text primary key,
  cap integer,
  spent integer not null default 0 check (spent >= 0),
  reserved integer not null default 0 check (reserved >= 0)
) strict, without rowid;
`,
};
