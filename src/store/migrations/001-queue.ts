// The queue: jobs, the units that they are made of, who works, how much at once, and what happened.
import type { Migration } from "./migration.ts";

export const queueMigration: Migration = {
  name: "queue",
  sql: `
create table jobs (
  id text primary key,
  kind text not null,
  title text not null,
  status text not null
    check (status in ('pending', 'running', 'paused', 'completed', 'failed', 'cancelled')),
  priority integer not null,
  parameters text not null check (json_valid(parameters)),
  stage integer not null default 0,
  units_total integer not null default 0,
  units_done integer not null default 0,
  units_failed integer not null default 0,
  spent integer not null default 0,
  result text check (result is null or json_valid(result)),
  error text,
  created_at integer not null,
  started_at integer,
  finished_at integer,
  updated_at integer not null
) strict, without rowid;

create index jobs_in_turn on jobs (status, priority desc, created_at, id);
create index jobs_by_time on jobs (created_at, id);

create table units (
  id integer primary key,
  job_id text not null references jobs (id) on delete cascade,
  key text not null,
  kind text not null,
  stage integer not null,
  status text not null check (status in ('ready', 'leased', 'done', 'failed', 'cancelled')),
  input text check (input is null or json_valid(input)),
  result text check (result is null or json_valid(result)),
  error text,
  attempts integer not null default 0,
  most_attempts integer not null,
  not_before integer not null default 0,
  fence integer not null default 0,
  worker text,
  lease_until integer,
  spent integer not null default 0,
  started_at integer,
  finished_at integer,
  unique (job_id, key)
) strict;

create index units_of_job on units (job_id, id);
create index units_ready on units (job_id, stage, id) where status = 'ready';
create index units_leased on units (kind, lease_until) where status = 'leased';

create table workers (
  id text primary key,
  pid integer not null,
  process_started text,
  host text not null,
  started_at integer not null,
  seen_at integer not null
) strict, without rowid;

create table limits (
  scope text primary key,
  at_most integer not null check (at_most >= 0)
) strict, without rowid;

create table events (
  id integer primary key autoincrement,
  job_id text not null references jobs (id) on delete cascade,
  unit_id integer,
  at integer not null,
  type text not null,
  data text not null check (json_valid(data))
) strict;

create index events_of_job on events (job_id, id);
`,
};
