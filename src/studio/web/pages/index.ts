// Every page, in the order of the navigation. The next is a folder and a line here.
import type { PageDefinition } from "../app/page-definition.ts";
import { data } from "./data/index.ts";
import { evaluatePage } from "./evaluate/index.ts";
import { generate } from "./generate/index.ts";
import { home } from "./home/index.ts";
import { identify } from "./identify/index.ts";
import { jobs } from "./jobs/index.ts";
import { quality } from "./quality/index.ts";
import { runs } from "./runs/index.ts";
import { settings } from "./settings/index.ts";
import { sharePage } from "./share/index.ts";
import { train } from "./train/index.ts";
import { tryPage } from "./try/index.ts";

export const pages: readonly PageDefinition[] = [
  home,
  data,
  identify,
  generate,
  quality,
  train,
  runs,
  tryPage,
  evaluatePage,
  sharePage,
  jobs,
  settings,
];
