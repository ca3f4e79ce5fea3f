// /api/v1/data/make: a set made of others. Of few rows it is there when the answer comes; of many the answer names the job,
// whose events tell how far it is, and whose result is the set.
import { z } from "zod";
import { makeSet, makingAtOnce, makings, readMaking } from "../../app/data/sets/index.ts";
import { submitJob } from "../../app/jobs/submit.ts";
import { listJobs } from "../../store/index.ts";
import { defineRoute, type RouteGroup } from "../route.ts";

const MadeShape = z
  .object({
    set: z.string().describe("Reference of the dataset, as other routes take it"),
    name: z.string(),
    rows: z.int(),
    note: z.string(),
  })
  .meta({ id: "MadeSet" });

const make = defineRoute({
  method: "POST",
  path: "/api/v1/data/make",
  about:
    "Make a dataset from others, or from a review: immediately where rows are few, otherwise as a job",
  body: z
    .object({
      making: z.string().min(1).max(40).describe("merge, sample, convert, version or review"),
      options: z.record(z.string(), z.unknown()).describe("Options of that operation"),
    })
    .meta({ id: "SetToMake" }),
  answers: {
    200: z
      .object({
        made: MadeShape.nullable().describe("Null where a job makes it"),
        job_id: z.string().nullable().describe("The job that makes it"),
      })
      .meta({ id: "SetInMaking" }),
  },
  refusals: { 400: "Options that this operation does not take", 404: "No such dataset" },
  run: async (studio, { body, signal }) => {
    const { store, environment } = studio;
    const request = readMaking(body);
    const rows = await makings.get(request.making).rows(store, request.options);
    if (rows <= makingAtOnce)
      return { made: await makeSet({ store, environment }, request, { signal }), job_id: null };
    studio.requireOpen();
    // asked for twice before it has begun to be done, it is done once
    const known = await listJobs(store, { kind: "make-set", parameters: request, limit: 20 });
    const going = known.find(({ status }) => ["pending", "running"].includes(status));
    const job = going ?? (await submitJob(store, "make-set", request, { environment }));
    return { made: null, job_id: job.id };
  },
});

export const dataMakingRoutes: RouteGroup = {
  name: "make",
  about: "Datasets made from others",
  routes: [make],
};
