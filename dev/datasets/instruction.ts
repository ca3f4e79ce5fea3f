// Generates the instruction set: Alpaca-shaped rows, with and without an input, answers computed.
import { Random } from "../../src/core/random.ts";
import { distinctTasks, type Task } from "./general-tasks.ts";

export const instructionSeed = 12;

/** Rows of `instruction`, `input` ("" when there is none) and `output`. */
export function instructionRows(count = 300, seed = instructionSeed): Task[] {
  return distinctTasks(Random.fromSeed(seed).split("instructions"), count);
}
