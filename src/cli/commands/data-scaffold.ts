// ft data scaffold: dialogues in which a mentor helps a student to find the answer.
import { z } from "zod";
import { defineCommand } from "../define-command.ts";
import { lengthOption, MakingOptions, runMaking, savedMaking } from "./making-options.ts";
import { projectDefaults } from "./project-defaults.ts";

/** What dialogues are about where nothing is said. */
const subjects = [
  "fractions and ratios",
  "linear equations",
  "reading graphs",
  "probability",
  "forces and motion",
  "electric circuits",
  "chemical reactions",
  "cells and heredity",
  "grammar of a foreign language",
  "structure of an essay",
  "causes of a historical event",
  "loops and conditions in a program",
];

const Options = MakingOptions.extend({
  length: lengthOption("medium"),
  resume: z.boolean().default(false).describe("Continue an earlier call; this is always done"),
});

export const dataScaffold = defineCommand({
  name: "data scaffold",
  section: "Make rows",
  summary: "Generate dialogues in which a mentor helps a student to find the answer",
  arguments: { paths: { about: "Documents to base rows on", optional: true, many: true } },
  options: Options,
  standing: projectDefaults,
  saved: savedMaking,
  examples: [
    "ft data scaffold --count 1000 -o dialogues.jsonl",
    "ft data scaffold --models moonshotai/kimi-k2.5,qwen/qwen3-32b --topics algebra -o dialogues.jsonl",
  ],
  run: async ({ operands, environment, options }, io) => {
    const topics = options.topics.length > 0 ? options.topics : subjects;
    const how = { mode: "scaffold", paths: operands, usualProvider: "openrouter" };
    return await runMaking({ ...options, topics }, how, { io, environment });
  },
});
