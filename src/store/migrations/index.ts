// Every form that the store has had, in order. The next one is one file and one line here; its number is its place.
import { queueMigration } from "./001-queue.ts";
import { callsMigration } from "./002-calls.ts";
import { datasetsMigration } from "./003-datasets.ts";
import { removalMigration } from "./004-removal.ts";
import { platformMigration } from "./005-platform.ts";
import { reviewsMigration } from "./006-reviews.ts";
import { failuresMigration } from "./007-failures.ts";
import type { Migration } from "./migration.ts";

export const migrations: readonly Migration[] = [
  queueMigration,
  callsMigration,
  datasetsMigration,
  removalMigration,
  platformMigration,
  reviewsMigration,
  failuresMigration,
];
