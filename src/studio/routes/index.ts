// Every route of the API, in the order in which its document shows them. The next group is a file and a line here.
import type { RouteGroup } from "../route.ts";
import { tuningFileRoutes } from "../tuning/files.ts";
import { tuningJobRoutes } from "../tuning/jobs.ts";
import { dataLookRoutes } from "./data-looks.ts";
import { dataMakingRoutes } from "./data-making.ts";
import { dataSetRoutes } from "./data-sets.ts";
import { datasetRoutes } from "./datasets.ts";
import { domainRoutes } from "./domains.ts";
import { evaluationRoutes } from "./evaluations.ts";
import { exampleRoutes } from "./examples.ts";
import { generatorPageRoutes } from "./generator.ts";
import { jobRoutes } from "./jobs.ts";
import { metricsRoutes } from "./metrics.ts";
import { modelRoutes } from "./models.ts";
import { providerRoutes } from "./providers.ts";
import { qualityLookRoutes } from "./quality-look.ts";
import { reviewRoutes } from "./reviews.ts";
import { runDetailRoutes } from "./run-details.ts";
import { runRoutes } from "./runs.ts";
import { shareRoutes } from "./share.ts";
import { sweepRoutes } from "./sweeps.ts";
import { systemRoutes } from "./system.ts";
import { generatorRoutes, qualityRoutes, taskRoutes } from "./tasks.ts";
import { trainFormRoutes } from "./train-form.ts";
import { trainRoutes } from "./train.ts";
import { tryRoutes } from "./try.ts";
import { utilRoutes } from "./utils.ts";
import { versionRoutes } from "./versions.ts";

export const routeGroups: readonly RouteGroup[] = [
  domainRoutes,
  providerRoutes,
  generatorRoutes,
  generatorPageRoutes,
  qualityRoutes,
  qualityLookRoutes,
  reviewRoutes,
  datasetRoutes,
  dataSetRoutes,
  dataLookRoutes,
  dataMakingRoutes,
  exampleRoutes,
  taskRoutes,
  utilRoutes,
  systemRoutes,
  metricsRoutes,
  jobRoutes,
  trainRoutes,
  trainFormRoutes,
  sweepRoutes,
  versionRoutes,
  modelRoutes,
  runRoutes,
  tryRoutes,
  runDetailRoutes,
  evaluationRoutes,
  shareRoutes,
  tuningFileRoutes,
  tuningJobRoutes,
];
