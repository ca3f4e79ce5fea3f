// The program with every command loaded. By itself, since one command by its name needs none of the others.
import { commands } from "./commands/index.ts";
import { runAny } from "./run.ts";

export const runWithAll = (args: readonly string[]): Promise<never> => runAny(args, commands);
