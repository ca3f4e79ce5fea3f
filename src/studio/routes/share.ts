// /api/v1/share: what can leave this machine, in which forms, and what exactly would go to the hub, before anything does.
// Merging, exporting and uploading are jobs, made at /api/v1/jobs with what is told here.
import { z } from "zod";
import { freePlace, type Shareable, shareableOf, shareables } from "../../app/share/shareable.ts";
import type { UploadPlan } from "../../app/share/upload/plan-upload.ts";
import { builtinModels } from "../../weights/builtin.ts";
import { hubSettings, lookAtTarget } from "../../weights/index.ts";
import { lookerOf } from "../looking.ts";
import { defineRoute, type RouteGroup } from "../route.ts";

const ShareableShape = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(["adapter", "model", "file"]),
    from: z.string().describe("run, or the kind of job that made it"),
    path: z.string(),
    base: z.string().nullable(),
    trained_from: z
      .string()
      .nullable()
      .describe("For a whole model: what it was trained from, where known"),
    bytes: z.number(),
    made_at: z.string(),
  })
  .meta({ id: "Shareable" });

function toldResult({ trainedFrom, ...result }: Shareable): z.infer<typeof ShareableShape> {
  return { ...result, trained_from: trainedFrom };
}

const list = defineRoute({
  method: "GET",
  path: "/api/v1/share/results",
  about: "List the results to share, newest first: trained, merged and exported models",
  answers: { 200: z.object({ results: z.array(ShareableShape) }).meta({ id: "Shareables" }) },
  run: async ({ store }) => ({ results: (await shareables(store)).map(toldResult) }),
});

const named = z.object({ id: z.string().min(1).max(100) });

const FormShape = z
  .object({
    kind: z.enum(["merge", "convert", "export"]).describe("Kind of the job that writes it"),
    format: z.string().describe("Format of an export; for others the same as kind"),
    about: z.string(),
    output: z.enum(["folder", "file"]),
    takes: z.array(z.string()).describe("Parameters it accepts"),
    quants: z.array(z.string()).describe("Quantizations it can write"),
    place: z.string().describe("A free path to write to"),
  })
  .meta({ id: "ShareForm" });

type Form = z.infer<typeof FormShape>;

/** What `takes` of an adapter alone says, where there is none. */
async function formsOf(
  { environment }: { environment: Readonly<Record<string, string | undefined>> },
  result: Shareable,
): Promise<Form[]> {
  const { exportFormats } = await import("../../export/formats/index.ts");
  if (result.kind === "file") return [];
  const merge: Form = {
    ...{ kind: "merge", format: "merge", output: "folder" },
    about:
      "folder with adapter and base merged into one model, and how much of the adapter is left in it",
    takes: ["dtype", "quantize", "bits", "groupSize", "force"],
    ...{ quants: [], place: freePlace(environment, result, "merged") },
  };
  const convert: Form = {
    ...{ kind: "convert", format: "convert", output: "folder" },
    about: "folder with the same model in fewer bits, and how much of the training is left in it",
    takes: ["dtype", "quantize", "bits", "groupSize", "baseModel", "perplexityFile"],
    ...{ quants: [], place: freePlace(environment, result, "quantized") },
  };
  const exports = exportFormats.names().map((format): Form => {
    const { about, output, takes, quants = [] } = exportFormats.get(format);
    const end = output === "file" ? `.${format}` : format;
    const place = freePlace(environment, result, end);
    return {
      ...{ kind: "export", format, about, output, place },
      ...{ takes: [...takes], quants: [...quants] },
    };
  });
  const fits = ({ format }: Form): boolean => format !== "peft" || result.kind === "adapter";
  return [result.kind === "adapter" ? merge : convert, ...exports.filter(fits)];
}

const show = defineRoute({
  method: "GET",
  path: "/api/v1/share/results/{id}",
  about: "Get a result and the formats it can be written in",
  params: named,
  answers: {
    200: z
      .object({ result: ShareableShape, forms: z.array(FormShape) })
      .meta({ id: "ShareableDetails" }),
  },
  run: async ({ store, environment }, { params }) => {
    const result = await shareableOf(store, params.id);
    return { result: toldResult(result), forms: await formsOf({ environment }, result) };
  },
});

const possible = defineRoute({
  method: "GET",
  path: "/api/v1/share/possible",
  about:
    "List the formats a model cannot be written in, with the reasons; null for a model that is not on this disk",
  query: z.object({
    model: z
      .string()
      .min(1)
      .max(4000)
      .describe("Name of a model, or the folder of an adapter or a run"),
  }),
  answers: {
    200: z
      .object({
        problems: z
          .array(z.object({ format: z.string(), message: z.string(), hint: z.string().nullable() }))
          .nullable(),
        instead: z
          .array(z.string())
          .describe("Models included in ft that can be written in every format"),
      })
      .meta({ id: "PossibleForms" }),
  },
  run: async (studio, { query: { model }, signal }) => {
    studio.requireOpen();
    const looker = lookerOf(studio);
    const { problems } = await looker.forms({ model }, signal);
    if (problems === undefined || problems.length === 0)
      return { problems: problems ?? null, instead: [] };
    const others = (await builtinModels()).map(({ name }) => name);
    const instead: string[] = [];
    for (const name of others.filter((one) => one !== model)) {
      const found = await looker.forms({ model: name }, signal);
      if (found.problems?.length === 0) instead.push(name);
    }
    return { problems, instead };
  },
});

const Plan = z
  .object({
    result: z.string().min(1).max(100).describe("Id of the result"),
    id: z.string().min(1).max(200).describe("Repository on the Hugging Face Hub: user/name"),
    branch: z.string().min(1).max(200).default("main"),
    private: z.boolean().optional(),
    license: z.string().max(200).optional().describe("Identifier of the license"),
    checkpoints: z
      .boolean()
      .default(false)
      .describe("Also upload checkpoints and optimizer states"),
    base_model: z.string().max(500).optional().describe("Name of the base model on the Hub"),
    card: z.string().max(1_000_000).optional().describe("Edited text of the model card"),
  })
  .meta({ id: "SharePlanRequest" });

const PlanShape = z
  .object({
    url: z.string(),
    folder: z.string(),
    files: z.array(z.object({ path: z.string(), bytes: z.number(), sha256: z.string() })),
    bytes: z.number(),
    left_out: z.array(z.object({ path: z.string(), why: z.string() })),
    secrets: z.array(
      z.object({
        file: z.string(),
        kind: z.string(),
        line: z.int().nullable(),
        refused: z.boolean().describe("Whether the upload is refused because of it"),
      }),
    ),
    license: z.string().nullable(),
    warnings: z.array(z.string()),
    card: z.string(),
  })
  .meta({ id: "SharePlan" });

function toldPlan(plan: UploadPlan): z.infer<typeof PlanShape> {
  const { repository, folder, files, bytes, leftOut, secrets, license, warnings, card } = plan;
  return {
    ...{ url: repository.url, folder, bytes, license, warnings, card },
    files: files.map(({ path, bytes: size, sha256 }) => ({ path, bytes: size, sha256 })),
    left_out: leftOut.map(({ path, why }) => ({ path, why })),
    secrets: secrets.map(({ file, kind, line, refused }) => ({ file, kind, line, refused })),
  };
}

const plan = defineRoute({
  method: "POST",
  path: "/api/v1/share/plan",
  about:
    "Preview an upload: files, files left out with reasons, secrets, model card. Sends nothing",
  body: Plan,
  answers: { 200: PlanShape },
  refusals: { 400: "Not a repository name, or there is nothing to upload" },
  run: async ({ store }, { body }) => {
    const { path } = await shareableOf(store, body.result);
    const { planUpload } = await import("../../app/share/upload/plan-upload.ts");
    const { uploadSource } = await import("../../app/share/upload/source.ts");
    const { id, branch, license, checkpoints, base_model: baseModel, card } = body;
    const wish = { id, branch, license, checkpoints, baseModel, card, isPrivate: body.private };
    return toldPlan((await planUpload(uploadSource(path), wish)).plan);
  },
});

const target = defineRoute({
  method: "GET",
  path: "/api/v1/share/target",
  about: "Check whether this machine's token can write to a repository of the Hub. Changes nothing",
  query: z.object({ id: z.string().min(1).max(200).describe("user/name") }),
  answers: {
    200: z
      .object({
        endpoint: z.string(),
        account: z.string().nullable().describe("Account of the token"),
        writes: z.boolean().nullable().describe("Null where the Hub does not say"),
        exists: z.boolean().nullable(),
        problem: z.string().nullable(),
      })
      .meta({ id: "ShareTarget" }),
  },
  refusals: { 400: "Not a repository name" },
  run: async (_, { query: { id }, signal }) => {
    const { requireName } = await import("../../app/share/upload/plan-upload.ts");
    requireName(id);
    return await lookAtTarget(hubSettings(), id, signal);
  },
});

export const shareRoutes: RouteGroup = {
  name: "share",
  about: "Export and upload results",
  routes: [list, show, possible, plan, target],
};
