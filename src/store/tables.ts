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

export type DatasetFormat = "chat" | "instruction";
export type PlatformStatus = "pending" | "running" | "completed" | "failed" | "cancelled";
export type ExampleStatus = "active" | "removed";

export interface DatasetsTable {
  id: Generated<number>;
  name: string;
  description: Generated<string | null>;
  domain: string;
  subdomain: Generated<string | null>;
  format: DatasetFormat;
  /** Active ones. */
  example_count: Generated<number>;
  created_at: string;
  updated_at: string;
  file_path: string | null;
  metadata: Generated<string>;
}

interface PlatformJobColumns {
  id: Generated<number>;
  dataset_id: number | null;
  status: Generated<PlatformStatus>;
  parameters: Generated<string>;
  started_at: Generated<string | null>;
  completed_at: Generated<string | null>;
  errors: Generated<string>;
}

export interface GenerationJobsTable extends PlatformJobColumns {
  examples_generated: Generated<number>;
  examples_requested: number | null;
}

export interface QualityJobsTable extends PlatformJobColumns {
  examples_processed: Generated<number>;
  examples_kept: Generated<number>;
  examples_fixed: Generated<number>;
  examples_removed: Generated<number>;
  avg_quality_score: Generated<number | null>;
  result_file_path: Generated<string | null>;
}

export interface ExamplesTable {
  id: Generated<number>;
  dataset_id: number;
  example_index: number;
  content: string;
  quality_score: number | null;
  status: Generated<ExampleStatus>;
  metadata: Generated<string>;
  created_at: string;
  updated_at: string;
}

/** What a dataset has beside its documented columns. */
export interface DatasetStatesTable {
  dataset_id: number;
  removed_at: Generated<string | null>;
  /** Grows with every change of the file's lines. */
  revision: Generated<number>;
  /** What was last written. */
  written_revision: Generated<number | null>;
  /** Of the last example that it had. */
  written_index: Generated<number>;
  written_bytes: Generated<number>;
  /** How the file that was written is known again. */
  written_print: Generated<string | null>;
  /** JSON: what is being written just now, so that after a crash it is known again. */
  intent: Generated<string | null>;
  /** Why the file cannot be taken over as somebody else has changed it. */
  told: Generated<string | null>;
  /** Who writes the file just now, and until when that holds. */
  writer: Generated<string | null>;
  writer_until: Generated<number | null>;
  indexed_to: Generated<number>;
}

/** A line that is to be another, or none, in a file that is there. */
export interface FileChangesTable {
  id: Generated<number>;
  dataset_id: number;
  revision: number;
  example_id: number;
  offset: number;
  old_bytes: number;
  new_bytes: number;
}

/** Examples of 1,024 indexes in a row, counted. */
export interface ExampleBlocksTable {
  dataset_id: number;
  block: number;
  active: number;
  removed: number;
  /** Of the lines of active ones. */
  bytes: number;
}

export type EditAction = "edit" | "remove" | "restore" | "undo";

export interface ExampleEditsTable {
  id: Generated<number>;
  example_id: number;
  dataset_id: number;
  at: string;
  who: string;
  action: EditAction;
  before: string;
  after: string;
  undoes: number | null;
}

export interface PlatformJobsTable {
  id: Generated<number>;
  platform_kind: string;
  job_id: string;
}

export interface ReviewsTable {
  id: Generated<number>;
  name: string;
  settings: string;
  job_id: string | null;
  dataset_id: number | null;
  report: string | null;
  created_at: number;
  updated_at: number;
}

export interface ReviewFilesTable {
  id: Generated<number>;
  review_id: number;
  name: string;
  bytes: number;
}

export type SourceState = "reading" | "read" | "skipped";

export interface ReviewSourcesTable {
  id: Generated<number>;
  review_id: number;
  name: string;
  kind: string | null;
  state: SourceState;
  /** UTF-16 units. */
  characters: Generated<number>;
  code: string | null;
  reason: string | null;
  notes: Generated<string>;
  /** JSON: what was found in it, by rule. */
  found: string | null;
}

/** `gone`: split or joined away; undo brings it back. */
export type FoundStatus = "open" | "accepted" | "rejected" | "gone";

export interface ReviewConversationsTable {
  id: Generated<number>;
  review_id: number;
  source_id: number;
  begins: number;
  ends: number;
  rule: string;
  confidence: number;
  status: FoundStatus;
  messages: string;
  is_changed: Generated<number>;
}

export interface ReviewStepsTable {
  id: Generated<number>;
  review_id: number;
  at: number;
  action: string;
  before: string;
  after: string;
  is_undone: Generated<number>;
}

export interface QualityMarksTable {
  unit_id: number;
  job_id: string;
  is_accepted: Generated<number>;
  /** 0 to 10. */
  rating: number | null;
  at: number;
}

export interface Tables {
  reviews: ReviewsTable;
  review_files: ReviewFilesTable;
  review_sources: ReviewSourcesTable;
  review_conversations: ReviewConversationsTable;
  review_steps: ReviewStepsTable;
  quality_marks: QualityMarksTable;
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
  datasets: DatasetsTable;
  generation_jobs: GenerationJobsTable;
  quality_jobs: QualityJobsTable;
  examples: ExamplesTable;
  dataset_states: DatasetStatesTable;
  file_changes: FileChangesTable;
  example_blocks: ExampleBlocksTable;
  example_edits: ExampleEditsTable;
  platform_jobs: PlatformJobsTable;
}
