// The process that trains. Saves and stops when asked, or when the process that started it vanishes.
import { serveSupervisor } from "../../core/worker-process.ts";
import { loadExtensions } from "../extensions.ts";
import { executeRun } from "./execute-run.ts";
import type { TrainerRequest, TrainerTold } from "./trainer-messages.ts";

/** Progress is for eyes: more than some a second would only fill the pipe. */
const progressMilliseconds = 100;

serveSupervisor(async (request, { tell, shouldStop }) => {
  const { run, extensions } = request as TrainerRequest;
  await loadExtensions(extensions);
  let shown = 0;
  const say = (told: TrainerTold): void => tell(told);
  return await executeRun(run, {
    onEvent: (event) => say({ event }),
    onProgress: (progress) => {
      if (performance.now() - shown < progressMilliseconds) return;
      shown = performance.now();
      say({ progress });
    },
    shouldStop,
  });
}, "FT-RUN-UNEXPECTED");
