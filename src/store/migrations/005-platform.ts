// The dataset creator's four tables, as its document has them, and beside them what else it takes: how far each file is
// written, counters that find any place at once, edits, and which job of the queue a row of jobs shows.
import type { Migration } from "./migration.ts";

/** Columns and types are the document's; they allow null, so what must be there is said by checks. */
const documented = `
create table datasets (
  id integer primary key autoincrement,
  name text not null check (name <> ''),
  description text,
  domain text not null check (domain <> ''),
  subdomain text,
  format text not null check (format in ('chat', 'instruction')),
  example_count integer default 0 check (example_count is not null and example_count >= 0),
  created_at timestamp check (created_at is not null),
  updated_at timestamp check (updated_at is not null),
  file_path text unique,
  metadata json default '{}' check (metadata is null or json_valid(metadata))
);

create table generation_jobs (
  id integer primary key autoincrement,
  dataset_id integer references datasets (id),
  status text default 'pending' check (status is not null and
    status in ('pending', 'running', 'completed', 'failed', 'cancelled')),
  parameters json default '{}' check (parameters is not null and json_valid(parameters)),
  started_at timestamp,
  completed_at timestamp,
  examples_generated integer default 0 check (examples_generated is not null and examples_generated >= 0),
  examples_requested integer check (examples_requested is null or examples_requested >= 0),
  errors json default '[]' check (errors is null or json_valid(errors))
);

create table quality_jobs (
  id integer primary key autoincrement,
  dataset_id integer references datasets (id),
  status text default 'pending' check (status is not null and
    status in ('pending', 'running', 'completed', 'failed', 'cancelled')),
  parameters json default '{}' check (parameters is not null and json_valid(parameters)),
  started_at timestamp,
  completed_at timestamp,
  examples_processed integer default 0 check (examples_processed is not null and examples_processed >= 0),
  examples_kept integer default 0 check (examples_kept is not null and examples_kept >= 0),
  examples_fixed integer default 0 check (examples_fixed is not null and examples_fixed >= 0),
  examples_removed integer default 0 check (examples_removed is not null and examples_removed >= 0),
  avg_quality_score real check (avg_quality_score is null or avg_quality_score between 0 and 10),
  result_file_path text,
  errors json default '[]' check (errors is null or json_valid(errors))
);

create table examples (
  id integer primary key autoincrement,
  dataset_id integer references datasets (id) check (dataset_id is not null),
  example_index integer check (example_index is not null and example_index >= 0),
  content json check (content is not null and json_valid(content)),
  quality_score real check (quality_score is null or quality_score between 0 and 10),
  status text default 'active' check (status is not null and status in ('active', 'removed')),
  metadata json default '{}' check (metadata is null or json_valid(metadata)),
  created_at timestamp check (created_at is not null),
  updated_at timestamp check (updated_at is not null),
  unique (dataset_id, example_index)
);

create index datasets_by_domain on datasets (domain, id);
create index generation_jobs_of_dataset on generation_jobs (dataset_id);
create index quality_jobs_of_dataset on quality_jobs (dataset_id);
create index examples_by_score on examples (dataset_id, status, quality_score, example_index);
create index examples_removed on examples (dataset_id, example_index) where status = 'removed';
`;

const beside = `
create table dataset_states (
  dataset_id integer primary key references datasets (id),
  removed_at text,
  revision integer not null default 0,
  written_revision integer,
  written_index integer not null default -1,
  written_bytes integer not null default 0,
  written_print text,
  intent text check (intent is null or json_valid(intent)),
  told text,
  writer text,
  writer_until integer,
  indexed_to integer not null default 0
) strict;

create index dataset_states_behind on dataset_states (dataset_id)
  where removed_at is null and revision is not written_revision;

create table file_changes (
  id integer primary key autoincrement,
  dataset_id integer not null references datasets (id),
  revision integer not null,
  example_id integer not null,
  offset integer not null,
  old_bytes integer not null,
  new_bytes integer not null
) strict;

create index file_changes_of_dataset on file_changes (dataset_id, id);

create table example_blocks (
  dataset_id integer not null references datasets (id),
  block integer not null,
  active integer not null,
  removed integer not null,
  bytes integer not null,
  primary key (dataset_id, block)
) strict, without rowid;

create table example_edits (
  id integer primary key autoincrement,
  example_id integer not null references examples (id),
  dataset_id integer not null references datasets (id),
  at text not null,
  who text not null,
  action text not null check (action in ('edit', 'remove', 'restore', 'undo')),
  before text not null check (json_valid(before)),
  after text not null check (json_valid(after)),
  undoes integer references example_edits (id)
) strict;

create index example_edits_of_example on example_edits (example_id, id);
create index example_edits_of_dataset on example_edits (dataset_id, id);
create unique index example_edits_undone on example_edits (undoes) where undoes is not null;

create table platform_jobs (
  id integer primary key autoincrement,
  platform_kind text not null,
  job_id text not null unique references jobs (id) on delete cascade
) strict;

create virtual table example_search
  using fts5(scope, text, content='', contentless_delete=1, tokenize='unicode61');
`;

const inPostgres = `
create table datasets (
  id bigint generated by default as identity primary key,
  name text not null check (name <> ''),
  description text,
  domain text not null check (domain <> ''),
  subdomain text,
  format text not null check (format in ('chat', 'instruction')),
  example_count bigint not null default 0 check (example_count >= 0),
  created_at text not null,
  updated_at text not null,
  file_path text unique,
  metadata text default '{}' check (metadata is null or is_json(metadata))
);

create table generation_jobs (
  id bigint generated by default as identity primary key,
  dataset_id bigint references datasets (id),
  status text not null default 'pending'
    check (status in ('pending', 'running', 'completed', 'failed', 'cancelled')),
  parameters text not null default '{}' check (is_json(parameters)),
  started_at text,
  completed_at text,
  examples_generated bigint not null default 0 check (examples_generated >= 0),
  examples_requested bigint check (examples_requested is null or examples_requested >= 0),
  errors text default '[]' check (errors is null or is_json(errors))
);

create table quality_jobs (
  id bigint generated by default as identity primary key,
  dataset_id bigint references datasets (id),
  status text not null default 'pending'
    check (status in ('pending', 'running', 'completed', 'failed', 'cancelled')),
  parameters text not null default '{}' check (is_json(parameters)),
  started_at text,
  completed_at text,
  examples_processed bigint not null default 0 check (examples_processed >= 0),
  examples_kept bigint not null default 0 check (examples_kept >= 0),
  examples_fixed bigint not null default 0 check (examples_fixed >= 0),
  examples_removed bigint not null default 0 check (examples_removed >= 0),
  avg_quality_score double precision
    check (avg_quality_score is null or avg_quality_score between 0 and 10),
  result_file_path text,
  errors text default '[]' check (errors is null or is_json(errors))
);

create table examples (
  id bigint generated by default as identity primary key,
  dataset_id bigint not null references datasets (id),
  example_index bigint not null check (example_index >= 0),
  content text not null check (is_json(content)),
  quality_score double precision check (quality_score is null or quality_score between 0 and 10),
  status text not null default 'active' check (status in ('active', 'removed')),
  metadata text default '{}' check (metadata is null or is_json(metadata)),
  created_at text not null,
  updated_at text not null,
  unique (dataset_id, example_index)
);

create index datasets_by_domain on datasets (domain, id);
create index generation_jobs_of_dataset on generation_jobs (dataset_id);
create index quality_jobs_of_dataset on quality_jobs (dataset_id);
create index examples_by_score on examples (dataset_id, status, quality_score, example_index);
create index examples_removed on examples (dataset_id, example_index) where status = 'removed';

create table dataset_states (
  dataset_id bigint primary key references datasets (id),
  removed_at text,
  revision bigint not null default 0,
  written_revision bigint,
  written_index bigint not null default -1,
  written_bytes bigint not null default 0,
  written_print text,
  intent text check (intent is null or is_json(intent)),
  told text,
  writer text,
  writer_until bigint,
  indexed_to bigint not null default 0
);

create index dataset_states_behind on dataset_states (dataset_id)
  where removed_at is null and revision is distinct from written_revision;

create table file_changes (
  id bigint generated by default as identity primary key,
  dataset_id bigint not null references datasets (id),
  revision bigint not null,
  example_id bigint not null,
  "offset" bigint not null,
  old_bytes bigint not null,
  new_bytes bigint not null
);

create index file_changes_of_dataset on file_changes (dataset_id, id);

create table example_blocks (
  dataset_id bigint not null references datasets (id),
  block bigint not null,
  active bigint not null,
  removed bigint not null,
  bytes bigint not null,
  primary key (dataset_id, block)
);

create table example_edits (
  id bigint generated by default as identity primary key,
  example_id bigint not null references examples (id),
  dataset_id bigint not null references datasets (id),
  at text not null,
  who text not null,
  action text not null check (action in ('edit', 'remove', 'restore', 'undo')),
  before text not null check (is_json(before)),
  after text not null check (is_json(after)),
  undoes bigint references example_edits (id)
);

create index example_edits_of_example on example_edits (example_id, id);
create index example_edits_of_dataset on example_edits (dataset_id, id);
create unique index example_edits_undone on example_edits (undoes) where undoes is not null;

create table platform_jobs (
  id bigint generated by default as identity primary key,
  platform_kind text not null,
  job_id text not null unique references jobs (id) on delete cascade
);

create table example_search (rowid bigint primary key, words tsvector not null);
create index example_search_words on example_search using gin (words);
`;

export const platformMigration: Migration = {
  name: "platform",
  sql: documented + beside,
  postgres: inPostgres,
};
