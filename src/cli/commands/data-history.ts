// ft data history: datasets in the store, the versions of one, or what was dropped from it.
import { z } from "zod";
import type { ToldVersion } from "../../app/store/history.ts";
import { UsageError } from "../../core/errors.ts";
import type { Drop } from "../../store/index.ts";
import { defineCommand } from "../define-command.ts";
import { table } from "../render/table.ts";

function versionsTable(versions: readonly ToldVersion[]): string {
  if (versions.length === 0) return "No datasets yet. ft data import FILE --name NAME keeps one.";
  return table(versions, [
    { title: "VERSION", value: ({ version }) => version },
    { title: "ROWS", value: ({ rows }) => rows },
    { title: "MADE", value: ({ createdAt }) => createdAt.slice(0, 16).replace("T", " ") },
    { title: "BY", value: ({ action }) => action },
    { title: "HASH", value: ({ hash }) => hash.slice(0, 12) },
    { title: "WHAT", value: ({ message }) => message },
  ]);
}

function dropsTable(drops: readonly Drop[]): string {
  if (drops.length === 0) return "Nothing was dropped.";
  return table(drops, [
    { title: "DROP", value: ({ id }) => id },
    { title: "ROW", value: ({ key, position }) => key ?? `at ${position}` },
    { title: "BY", value: ({ step }) => step },
    { title: "WHY", value: ({ reason }) => reason },
    { title: "", value: ({ isUndone }) => (isUndone ? "undone" : "") },
  ]);
}

export const dataHistory = defineCommand({
  name: "data history",
  section: "Look at sets",
  summary: "List datasets in the store, the versions of one, or its dropped rows",
  arguments: { name: { about: "Dataset; without it, all of them", optional: true } },
  options: z.strictObject({
    drops: z.boolean().default(false).describe("List rows that were dropped, with reasons"),
    limit: z.int().min(1).default(1000).describe("Maximum dropped rows to show"),
    after: z.int().min(0).default(0).describe("Show dropped rows after this number"),
  }),
  examples: ["ft data history", "ft data history support", "ft data history support --drops"],
  run: async ({ arguments: { name }, options: { drops: ofDrops, ...page } }, io) => {
    if (ofDrops && name === undefined) {
      throw new UsageError("FT-USAGE-002", {
        message: "--drops needs the name of a dataset",
        hint: "ft data history lists them",
      });
    }
    const { dropsIn, history } = await import("../../app/store/history.ts");
    if (ofDrops && name !== undefined) {
      const drops = await dropsIn(io.environment, name, page);
      io.show({ drops }, () => dropsTable(drops));
    } else {
      const versions = await history(io.environment, name);
      io.show({ versions }, () => versionsTable(versions));
    }
  },
});
