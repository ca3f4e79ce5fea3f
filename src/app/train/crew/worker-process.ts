// The process of one worker on this machine.
import { serveWorker } from "./serve-worker.ts";

process.exitCode = await serveWorker();
