// Data sets: records stored once, versions as lists of chunks of them, what was dropped, files, saved configurations.
import type { Migration } from "./migration.ts";

/** What is named by its content, and what has been, never changes. */
const unchangeable = (table: string): string => `
create trigger ${table}_never_change before update on ${table}
begin select raise(abort, '${table} never change'); end;
`;

export const datasetsMigration: Migration = {
  name: "datasets",
  sql: `
create table records (
  id integer primary key,
  hash blob not null unique,
  key text,
  text text not null
) strict;

create index records_by_key on records (key) where key is not null;

create table chunks (
  id integer primary key,
  hash blob not null unique,
  size integer not null
) strict;

create table chunk_records (
  chunk_id integer not null references chunks (id),
  place integer not null,
  record_id integer not null references records (id),
  primary key (chunk_id, place)
) strict, without rowid;

create index chunks_of_record on chunk_records (record_id);

create table sets (
  id integer primary key,
  name text not null,
  head_id integer references versions (id),
  created_at integer not null,
  removed_at integer
) strict;

create unique index set_names on sets (name) where removed_at is null;

create table versions (
  id integer primary key,
  dataset_id integer not null references sets (id),
  number integer not null,
  hash text not null,
  parent_id integer references versions (id),
  merged_id integer references versions (id),
  size integer not null,
  action text not null,
  message text not null,
  details text not null check (json_valid(details)),
  created_at integer not null,
  unique (dataset_id, number)
) strict;

create index versions_by_hash on versions (hash);

create table version_chunks (
  version_id integer not null references versions (id),
  first integer not null,
  chunk_id integer not null references chunks (id),
  primary key (version_id, first)
) strict, without rowid;

create index versions_of_chunk on version_chunks (chunk_id, version_id);

create table drops (
  id integer primary key,
  dataset_id integer not null references sets (id),
  version_id integer not null references versions (id),
  record_id integer not null references records (id),
  position integer not null,
  step text not null,
  reason text not null,
  details text not null check (json_valid(details)),
  undone_id integer references versions (id)
) strict;

create index drops_of_dataset on drops (dataset_id, id);
create index drops_of_version on drops (version_id, position);

create table files (
  path text primary key,
  dataset_id integer not null references sets (id),
  follows_head integer not null check (follows_head in (0, 1)),
  version_id integer not null references versions (id),
  written_id integer references versions (id),
  sha256 text,
  bytes integer
) strict, without rowid;

create index files_of_dataset on files (dataset_id);

create table configurations (
  id integer primary key,
  kind text not null,
  name text not null,
  number integer not null,
  value text not null check (json_valid(value)),
  created_at integer not null,
  unique (kind, name, number)
) strict;

create table search_state (
  only integer primary key check (only = 1),
  indexed_to integer not null
) strict;

create virtual table record_search using fts5(text, content='', tokenize='unicode61');
insert into search_state values (1, 0);

${["records", "chunks", "chunk_records", "versions", "version_chunks", "configurations"].map(unchangeable).join("")}
`,
};
