// A job of Slurm as a batch file. The cluster's disk is taken to be this one's: paths are those of here.
import { z } from "zod";
import { settingsThere } from "../emitted.ts";
import { defineKind } from "./kind.ts";

/** One argument in a line of #SBATCH; what YAML reads as a number is one too. */
const Word = z.preprocess(
  (value) => (typeof value === "number" ? String(value) : value),
  z.string().regex(/^[\w.:/@,=+-]+$/, "is one word, without spaces"),
);

export const slurmKind = defineKind({
  about: "a Slurm cluster, through an sbatch script",
  options: z.strictObject({
    partition: Word.optional().describe("Partition"),
    account: Word.optional().describe("Account that is charged"),
    gpus: Word.optional().describe("GPUs, as --gpus has them"),
    cpus: z.int().min(1).default(4).describe("Processor cores"),
    memory: Word.default("16G").describe("Memory, as --mem has it"),
    time: Word.default("04:00:00").describe("Longest time; two minutes before it the run is saved"),
    ft: z.string().default("ft").describe("The command that is ft there"),
    setup: z.string().default("").describe("Lines before it, as module load"),
  }),
  emit(name, { partition, account, gpus, cpus, memory, time, ft, setup }, spec) {
    const asked = [
      `--job-name=ft-${spec.id}`,
      `--time=${time}`,
      `--cpus-per-task=${cpus}`,
      `--mem=${memory}`,
      ...(gpus === undefined ? [] : [`--gpus=${gpus}`]),
      ...(partition === undefined ? [] : [`--partition=${partition}`]),
      ...(account === undefined ? [] : [`--account=${account}`]),
      "--signal=B:INT@120",
    ];
    const settings = spec.settings({ output: spec.output, of: (path) => path });
    return [
      "#!/bin/bash",
      ...asked.map((option) => `#SBATCH ${option}`),
      "",
      `# A run of ft for ${name}. It reads and writes the paths below, which the cluster has to have too.`,
      "# Slurm interrupts it two minutes before its time is over: it saves a checkpoint, and ft train resume goes on.",
      "set -e",
      ...(setup === "" ? [] : [setup]),
      ...settingsThere(settings, '"$settings"', "settings=$(mktemp)"),
      // In the place of the batch shell, which alone is told that time is nearly over.
      `exec ${ft} train start --config "$settings"`,
      "",
    ].join("\n");
  },
  runFile: () => "sbatch",
});
