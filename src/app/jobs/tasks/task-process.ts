// The process that does one task: stops when it is asked to, or when the worker that started it has ended.
import { serveSupervisor } from "../../../core/worker-process.ts";
import { endWhenAlone } from "./orphan.ts";
import { tasks } from "./registry.ts";
import type { TaskContext, TaskRequest, TaskTold } from "./types.ts";

endWhenAlone();
serveSupervisor(async (asked, { tell, stopping }) => {
  const { task: name, parameters, earlier } = asked as TaskRequest;
  const task = await tasks.get(name).load();
  const say = (told: TaskTold): void => tell(told);
  const context: TaskContext = {
    signal: stopping,
    earlier,
    progress: (progress) => say({ progress }),
    log: (level, message) => say({ level, message }),
  };
  return await task(parameters as never, context);
}, "FT-JOB-UNEXPECTED");
