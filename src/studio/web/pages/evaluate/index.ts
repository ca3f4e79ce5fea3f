import { ChartNoAxesColumn } from "lucide-react";
import { definePage } from "../../app/page-definition.ts";

export const evaluatePage = definePage({
  group: "model",
  title: "Evaluate",
  about: "Scores with intervals, and the answers that got worse",
  icon: ChartNoAxesColumn,
  key: "e",
  routes: [
    {
      path: "/evaluate",
      load: async () => ({ Component: (await import("./evaluate.tsx")).Evaluate }),
    },
    {
      path: "/evaluate/new",
      load: async () => ({ Component: (await import("./compare.tsx")).Compare }),
    },
    {
      path: "/evaluate/$id",
      load: async () => ({ Component: (await import("./evaluation.tsx")).Evaluation }),
    },
  ],
});
