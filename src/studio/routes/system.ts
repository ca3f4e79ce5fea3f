// /api/system and /api/settings: how busy the machine is, and what is set for all of ft.
import { z } from "zod";
import {
  changePlatformSettings,
  PlatformSettings,
  platformSettings,
  SettingsChange,
} from "../../app/settings/platform-settings.ts";
import { dataFolder } from "../../app/settings/told-variables.ts";
import { describeLoad } from "../../app/system.ts";
import { countEverything } from "../../app/totals.ts";
import { setLimit } from "../../store/index.ts";
import { defineRoute, type RouteGroup } from "../route.ts";

const bytes = z.int().min(0);
const share = z.number().min(0).max(100);

const SystemStatus = z
  .object({
    status: z.literal("ok"),
    version: z.string(),
    uptime: z.number().min(0).describe("Seconds since the server started"),
    cpu: z.object({ percent: share, cores: z.int().min(1), load: z.number().min(0) }),
    memory: z.object({ total: bytes, available: bytes, used: bytes, percent: share }),
    disk: z.object({ path: z.string(), total: bytes, free: bytes, used: bytes, percent: share }),
    jobs: z.object({
      working: z.boolean().describe("Whether a worker process is running jobs"),
      problem: z.string().nullable().describe("Why no worker process can start"),
    }),
  })
  .meta({ id: "SystemStatus" });

const status = defineRoute({
  method: "GET",
  path: "/api/system/status",
  about: "Get the load of CPU, memory and the disk that holds the datasets",
  answers: { 200: SystemStatus },
  run: async ({ environment, version, startedAt, working }) => ({
    ...{ status: "ok", version, uptime: Math.round((performance.now() - startedAt) / 100) / 10 },
    ...(await describeLoad(dataFolder(environment))),
    jobs: working(),
  }),
});

const Totals = z
  .object({
    datasets: z.int().min(0),
    rows: z.int().min(0).describe("Rows in the newest version of each dataset"),
    runs: z.int().min(0),
    evaluations: z.int().min(0),
    jobs: z.object({ pending: z.int().min(0), running: z.int().min(0), failed: z.int().min(0) }),
  })
  .meta({ id: "Totals" });

const totals = defineRoute({
  method: "GET",
  path: "/api/v1/totals",
  about: "Count datasets, rows, runs, evaluations and jobs",
  answers: { 200: Totals },
  run: async ({ store }) => await countEverything(store),
});

const read = defineRoute({
  method: "GET",
  path: "/api/settings",
  about: "Get the settings of ft",
  answers: { 200: PlatformSettings },
  run: async ({ environment }) => platformSettings(environment),
});

const change = defineRoute({
  method: "PUT",
  path: "/api/settings",
  about: "Change settings; the change is saved and applies immediately",
  body: SettingsChange,
  answers: { 200: PlatformSettings },
  refusals: { 400: "A setting that can only be set at start", 404: "No such provider" },
  // the store first: one that is gone leaves the file as it was, and a file that refuses leaves both
  run: async (studio, { body }) => {
    const { environment, store } = studio;
    try {
      return await changePlatformSettings(environment, body, (jobs) =>
        setLimit(store.db, "jobs", jobs),
      );
    } finally {
      await studio.settingsChanged(platformSettings(environment));
    }
  },
});

export const systemRoutes: RouteGroup = {
  name: "system",
  about: "The machine, and the settings of ft",
  routes: [status, totals, read, change],
};
