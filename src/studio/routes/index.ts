// Every route of the API, in the order in which its document shows them. The next group is a file and a line here.
import type { RouteGroup } from "../route.ts";
import { jobRoutes } from "./jobs.ts";
import { modelRoutes } from "./models.ts";
import { providerRoutes } from "./providers.ts";
import { runRoutes } from "./runs.ts";
import { systemRoutes } from "./system.ts";
import { versionRoutes } from "./versions.ts";

export const routeGroups: readonly RouteGroup[] = [
  providerRoutes,
  systemRoutes,
  jobRoutes,
  versionRoutes,
  modelRoutes,
  runRoutes,
];
