// /api/v1/data/import: files taken in as datasets. Of a small one the report is the answer; a large one is kept, and a job
// takes it in, whose result is the report.
import { existsSync } from "node:fs";
import { z } from "zod";
import { importSet, keepIncoming, requireReadable } from "../../app/data/sets/index.ts";
import { ImportParameters } from "../../app/jobs/kinds/import.ts";
import { submitJob } from "../../app/jobs/submit.ts";
import { findJob } from "../../store/index.ts";
import { datasetsFolder } from "../../store/platform/index.ts";
import { notFound } from "../http/errors.ts";
import { defineRoute, type Route } from "../route.ts";
import { JobShape, toldJob } from "./jobs.ts";

/** Bytes of a file that is taken in while its request waits. */
export const importAtOnce = 8 << 20;

const LossShape = z.object({
  field: z.string(),
  why: z.string(),
  rows: z.int(),
  line: z.int(),
});

const Report = z
  .object({
    file: z.string(),
    rows: z.int(),
    taken: z.int().describe("Rows imported"),
    left_out: z.int().describe("Rows that cannot be used"),
    left: z.array(
      z.object({ line: z.int(), field: z.string(), why: z.string(), text: z.string() }),
    ),
    losses: z.array(LossShape).describe("Fields that the dataset does not keep"),
    form: z.string().nullable().describe("Format of the rows in the file"),
    made: z.string().nullable().describe("The new dataset; null where none was made"),
    job_id: z
      .string()
      .nullable()
      .describe(
        "The job that imports a large file. Its result is this report; until then the fields here are empty",
      ),
  })
  .meta({ id: "ImportReport" });

const taken = defineRoute({
  method: "POST",
  path: "/api/v1/data/import",
  about:
    "Import a JSONL, JSON, CSV, TSV or Parquet file as a dataset. Rows that cannot be used are reported, and nothing is imported unless leave_out is yes. A file above 8 MiB is imported by a job",
  upload: z.object({
    name: z.string().optional().describe("Name of the dataset; default: the name of the file"),
    leave_out: z
      .enum(["yes", "no"])
      .optional()
      .describe("yes: import the other rows where some cannot be used"),
  }),
  answers: {
    200: Report,
  },
  refusals: { 400: "No form, or an unsupported kind of file", 413: "The file is too large" },
  run: async ({ environment, store, requireOpen }, { upload: { file, name, bytes, fields } }) => {
    const title = fields["name"] || undefined;
    const leavesOut = fields["leave_out"] === "yes";
    if (bytes > importAtOnce) {
      requireOpen();
      requireReadable(name);
      const path = await keepIncoming(environment, file, name);
      const parameters = { path, name, ...(title && { title }), leave_out: leavesOut };
      const { id } = await submitJob(store, "import", parameters, { environment });
      const nothing = { rows: 0, taken: 0, left_out: 0, left: [], losses: [] };
      return { file: name, ...nothing, form: null, made: null, job_id: id };
    }
    const { leftOut: left_out, ...report } = await importSet(store, file, {
      ...{ name, title, folder: datasetsFolder(environment), leavesOut },
    });
    return { ...report, left_out, job_id: null };
  },
});

const without = defineRoute({
  method: "POST",
  path: "/api/v1/data/import/{job}/without",
  about: "Import the file of a job that imported nothing, leaving out the rows that cannot be used",
  params: z.object({
    job: z.string().min(1).max(100).describe("Job id, or a unique prefix of it"),
  }),
  answers: { 200: JobShape },
  refusals: { 404: "The file is no longer stored" },
  run: async ({ environment, store, requireOpen }, { params }) => {
    requireOpen();
    const { kind, parameters } = await findJob(store, params.job);
    const asked = kind === "import" ? ImportParameters.parse(parameters) : undefined;
    if (asked === undefined || !existsSync(asked.path))
      throw notFound("the file is no longer stored", "upload it again");
    const wanted = { ...asked, leave_out: true };
    return toldJob(await submitJob(store, "import", wanted, { environment }));
  },
});

export const dataImportRoutes: readonly Route[] = [taken, without];
