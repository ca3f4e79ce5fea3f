// What the rest of the program sees of run folders.
export {
  type Checkpoint,
  listCheckpoints,
  type Pointer,
  readPointer,
  TRAINED_FOLDER,
} from "./checkpoints.ts";
export { loggedCount, readEvents } from "./event-log.ts";
export * from "./events.ts";
export {
  checkOutputFolder,
  CONFIG_FILE,
  FINAL_MODEL,
  type LighterRun,
  openRun,
  readRecord,
  reopenRun,
  RunFolder,
  type RunRecord,
  PREFIX_STATES,
  LOST_ROWS,
  SKIPPED_ROWS,
} from "./run-folder.ts";
export {
  endedUntold,
  notRunning,
  otherMachine,
  otherUser,
  unreadableConfig,
} from "./run-errors.ts";
export { type EndEvent, endOf, hasEnded, isEndEvent, lastCourseAt } from "./course.ts";
export { failedFact } from "./failed-fact.ts";
export {
  type DescribedFile,
  DescribedFiles,
  describeFiles,
  differencesFrom,
  type FileDifference,
  filesBelow,
  isInnerName,
  type VerifiedFiles,
} from "./described-files.ts";
export {
  hasManifest,
  isDescribed,
  type Manifest,
  MANIFEST_FILE,
  manifestText,
  type Provenance,
  provenanceOf,
  readManifest,
  verifyResult,
  writeManifest,
} from "./manifest.ts";
export {
  isPlace,
  tellable,
  trainedProvenance,
  withoutPlace,
  writeTrainedManifest,
} from "./trained-provenance.ts";
export { type Pruned, pruneRuns } from "./prune.ts";
export { type Holder, lockHolder, lockOwner } from "./lock.ts";
export { makeRunId } from "./run-id.ts";
export { isRunFolder, runOf, trainedFolder } from "./trained-folder.ts";
export { recordRun, type RunDetails, showKnownRun, showRun } from "./run-index.ts";
export { listRuns, type RunEntry, type RunStatus, type RunSummary } from "./run-list.ts";
export { columnsOf, type FigureColumns } from "./columns.ts";
export { type ComparedLine, compareMany, type ManyCompared } from "./compare-many.ts";
export { followedEvents } from "./event-tail.ts";
export { followedNotes, followedRun, followedRuns } from "./followed-runs.ts";
export { readNotes, RunNotes, writeNotes } from "./notes.ts";
export { lineOf, type LogLevel } from "./run-log.ts";
export { type RunWeight, weighRun } from "./weigh.ts";
export { type Comparison, type ComparedPoint, compareRuns, type Difference } from "./compare.ts";
export { type Curve, curvesOf, type Point, pointsOf } from "./curves.ts";
export { deleteRun } from "./delete.ts";
export { EXPORT_FORMATS, exportRun, runCsv, runDocument } from "./export.ts";
export { plotRuns } from "./plot.ts";
export { checkReporters, openReporters, reporters } from "./reporting/index.ts";
