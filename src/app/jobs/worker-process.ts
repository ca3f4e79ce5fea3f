// The process that works on jobs: until it is asked to stop, or the process that started it has ended. What it holds is
// given back then, and the next one goes on with it.
import { serveSupervisor } from "../../core/worker-process.ts";
import { loadExtensions } from "../extensions.ts";
import { runJobs } from "./run-jobs.ts";
import type { WorkerRequest, WorkerTold } from "./worker-messages.ts";

serveSupervisor(async (request, { tell, stopping }) => {
  const { environment, extensions } = request as WorkerRequest;
  // what it starts in turn is to see the same
  Object.assign(process.env, environment);
  await loadExtensions(extensions);
  const onReady = (): void => tell({ ready: true } satisfies WorkerTold);
  await runJobs(process.env, { signal: stopping, onReady });
}, "FT-JOB-UNEXPECTED");
