// The processes that do a studio's jobs, held at what they do: so that none is through before a test has done to it what it
// is about, however quick the machine is.
import { setTimeout as pause } from "node:timers/promises";
import { childrenOf, isAlive, until } from "./program.ts";

/** Each is a child of a worker, which is a child of the studio. */
const tasksOf = (studio: number): number[] => childrenOf(studio).flatMap(childrenOf);

/** Stops those that there are, as Ctrl-Z would, and gives them; waits for the first. */
export async function heldTasks(studio: number): Promise<number[]> {
  await until(() => tasksOf(studio).length > 0);
  const tasks = tasksOf(studio);
  for (const task of tasks) process.kill(task, "SIGSTOP");
  return tasks;
}

/** Lets those go on whose job has been cancelled, and waits for their ends. */
export async function letGo(tasks: readonly number[]): Promise<void> {
  // The worker looks four times a second whether it has to tell them.
  await pause(3000);
  for (const task of tasks) process.kill(task, "SIGCONT");
  await until(() => !tasks.some(isAlive));
}
