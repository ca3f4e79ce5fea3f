// The tables as rows of TypeScript, for Kysely. What they mean is said where they are made (migrations/).
// Times are milliseconds since 1970, money is billionths of a dollar, flags of state are words.
import type { Generated } from "kysely";

export type JobStatus = "pending" | "running" | "paused" | "completed" | "failed" | "cancelled";
export type UnitStatus = "ready" | "leased" | "done" | "failed" | "cancelled";
export type CallState = "in_flight" | "answered" | "failed" | "lost";

export interface JobsTable {
  id: string;
  kind: string;
  title: string;
  status: JobStatus;
  priority: number;
  parameters: string;
  stage: Generated<number>;
  units_total: Generated<number>;
  units_done: Generated<number>;
  units_failed: Generated<number>;
  spent: Generated<number>;
  result: Generated<string | null>;
  error: Generated<string | null>;
  created_at: number;
  started_at: Generated<number | null>;
  finished_at: Generated<number | null>;
  updated_at: number;
}

export interface UnitsTable {
  id: Generated<number>;
  job_id: string;
  key: string;
  kind: string;
  stage: number;
  status: UnitStatus;
  input: string | null;
  result: Generated<string | null>;
  error: Generated<string | null>;
  attempts: Generated<number>;
  most_attempts: number;
  not_before: Generated<number>;
  fence: Generated<number>;
  worker: Generated<string | null>;
  lease_until: Generated<number | null>;
  spent: Generated<number>;
  started_at: Generated<number | null>;
  finished_at: Generated<number | null>;
}

export interface WorkersTable {
  id: string;
  pid: number;
  process_started: string | null;
  host: string;
  started_at: number;
  seen_at: number;
}

export interface LimitsTable {
  scope: string;
  at_most: number;
}

export interface EventsTable {
  id: Generated<number>;
  job_id: string;
  unit_id: number | null;
  at: number;
  type: string;
  data: string;
}

export interface CallsTable {
  id: Generated<number>;
  key: string;
  provider: string;
  model: string;
  state: CallState;
  job_id: string | null;
  unit_id: number | null;
  fence: number | null;
  worker: string | null;
  budgets: string;
  reserved: number;
  spent: Generated<number>;
  tokens_in: Generated<number>;
  tokens_out: Generated<number>;
  reason: Generated<string | null>;
  lease_until: number;
  started_at: number;
  ended_at: Generated<number | null>;
}

export interface AnswersTable {
  key: string;
  call_id: number;
  answer: string;
  created_at: number;
  expires_at: number | null;
}

export interface BudgetsTable {
  name: string;
  cap: number | null;
  spent: Generated<number>;
  reserved: Generated<number>;
}

export interface RecordsTable {
  id: Generated<number>;
  hash: Uint8Array;
  key: string | null;
  text: string;
}

export interface ChunksTable {
  id: Generated<number>;
  hash: Uint8Array;
  size: number;
}

export interface ChunkRecordsTable {
  chunk_id: number;
  place: number;
  record_id: number;
}

export interface SetsTable {
  id: Generated<number>;
  name: string;
  head_id: Generated<number | null>;
  created_at: number;
  removed_at: Generated<number | null>;
}

export interface VersionsTable {
  id: Generated<number>;
  dataset_id: number;
  number: number;
  hash: string;
  parent_id: number | null;
  merged_id: number | null;
  size: number;
  action: string;
  message: string;
  details: string;
  created_at: number;
}

export interface VersionChunksTable {
  version_id: number;
  /** Position of its first row. */
  first: number;
  chunk_id: number;
}

export interface DropsTable {
  id: Generated<number>;
  dataset_id: number;
  version_id: number;
  record_id: number;
  position: number;
  step: string;
  reason: string;
  details: string;
  undone_id: Generated<number | null>;
}

export interface FilesTable {
  path: string;
  dataset_id: number;
  follows_head: number;
  /** What it is to be. */
  version_id: number;
  /** What was last written. */
  written_id: Generated<number | null>;
  sha256: Generated<string | null>;
  bytes: Generated<number | null>;
}

export interface ConfigurationsTable {
  id: Generated<number>;
  kind: string;
  name: string;
  number: number;
  value: string;
  created_at: number;
}

export interface SearchStateTable {
  indexed_to: number;
}

export interface Tables {
  jobs: JobsTable;
  units: UnitsTable;
  workers: WorkersTable;
  limits: LimitsTable;
  events: EventsTable;
  calls: CallsTable;
  answers: AnswersTable;
  budgets: BudgetsTable;
  records: RecordsTable;
  chunks: ChunksTable;
  chunk_records: ChunkRecordsTable;
  sets: SetsTable;
  versions: VersionsTable;
  version_chunks: VersionChunksTable;
  drops: DropsTable;
  files: FilesTable;
  configurations: ConfigurationsTable;
  search_state: SearchStateTable;
}
