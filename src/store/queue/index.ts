// Jobs, the units that they are made of, and who does them.
export { type ClaimedUnit, type ClaimRequest, claimUnits } from "./claim.ts";
export {
  cancelJob,
  deleteJob,
  isInHand,
  pauseJob,
  resumeJob,
  retryJob,
  setJobParameters,
  setJobResult,
  setPriority,
} from "./control.ts";
export {
  type EventData,
  type EventQuery,
  eventsAfter,
  type EventType,
  followEvents,
  lastEventId,
  type FollowOptions,
  type JobEvent,
  logToJob,
  type UnitProgress,
} from "./events.ts";
export { type Failure, failuresOf } from "./failures.ts";
export { beat, registerWorker, removeWorker } from "./heartbeat.ts";
export {
  addUnits,
  budgetOfJob,
  createJob,
  findJob,
  type Job,
  type JobQuery,
  listJobs,
  listUnits,
  type NewJob,
  type NewUnit,
  readJob,
  type Unit,
} from "./jobs.ts";
export {
  type UnitContext,
  UnitFailure,
  type UnitKind,
  type UnitKinds,
  unitKinds,
} from "./kinds.ts";
export { type JobsAtOnce, type LimitScope, readLimits, setLimit } from "./limits.ts";
export { type Progress, progressOf } from "./progress.ts";
export { countWorkers, reapLeases } from "./reaper.ts";
export {
  completeUnit,
  failUnit,
  type HeldUnit,
  releaseUnit,
  type UnitFailureFacts,
  type UnitOutcome,
} from "./settle.ts";
export { nothingCame } from "./advance.ts";
export { isEnded } from "./status.ts";
export { runWorker, type WorkerOptions } from "./worker.ts";
