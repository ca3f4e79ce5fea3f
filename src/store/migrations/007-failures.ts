// What failed is found without reading what did not: a page that follows a job of a million units asks every few seconds.
import type { Migration } from "./migration.ts";

const sql = `
create index units_with_errors on units (job_id, id) where error is not null;
create index events_of_unit on events (unit_id, id) where unit_id is not null;
`;

export const failuresMigration: Migration = { name: "failures", sql, postgres: sql };
