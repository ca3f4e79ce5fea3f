// The thread beside a task: whoever has another parent than at first is alone, has its time to stop in order, and is ended.
import { workerData } from "node:worker_threads";
import type { OrphanWatch } from "./orphan.ts";

const { parent, every, grace } = workerData as OrphanWatch;

const looking = setInterval(() => {
  if (process.ppid === parent) return;
  clearInterval(looking);
  setTimeout(() => process.kill(process.pid, "SIGKILL"), grace);
}, every);
