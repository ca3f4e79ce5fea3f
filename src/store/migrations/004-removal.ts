// Rows can be taken out of the search again, and found by those who refer to them, so that removed sets free their room.
import type { Migration } from "./migration.ts";

export const removalMigration: Migration = {
  name: "removal",
  sql: `
drop table record_search;
create virtual table record_search
  using fts5(text, content='', contentless_delete=1, tokenize='unicode61');
update search_state set indexed_to = 0;

create index versions_by_parent on versions (parent_id) where parent_id is not null;
create index versions_by_merged on versions (merged_id) where merged_id is not null;
create index drops_of_record on drops (record_id);
create index drops_by_undone on drops (undone_id) where undone_id is not null;
create index answers_of_call on answers (call_id);
`,
  postgres: `
create index versions_by_parent on versions (parent_id) where parent_id is not null;
create index versions_by_merged on versions (merged_id) where merged_id is not null;
create index drops_of_record on drops (record_id);
create index drops_by_undone on drops (undone_id) where undone_id is not null;
create index answers_of_call on answers (call_id);
`,
};
