import { ChartLine } from "lucide-react";
import { definePage } from "../../app/page-definition.ts";

export const runs = definePage({
  group: "model",
  title: "Runs",
  about: "Runs with their curves, samples, comparisons and sweeps",
  icon: ChartLine,
  key: "r",
  routes: [
    { path: "/runs", load: async () => ({ Component: (await import("./runs.tsx")).Runs }) },
    {
      path: "/runs/compare",
      load: async () => ({ Component: (await import("./compare.tsx")).Compare }),
    },
    { path: "/runs/sweep", load: async () => ({ Component: (await import("./sweep.tsx")).Sweep }) },
    {
      path: "/runs/job/$id",
      load: async () => ({ Component: (await import("./beginning.tsx")).Beginning }),
    },
    { path: "/runs/$id", load: async () => ({ Component: (await import("./run.tsx")).Run }) },
  ],
});
