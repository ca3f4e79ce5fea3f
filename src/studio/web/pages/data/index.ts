import { Database } from "lucide-react";
import { definePage } from "../../app/page-definition.ts";

export const data = definePage({
  group: "data",
  title: "Data",
  about: "Datasets: import, view, correct, compare, export",
  icon: Database,
  key: "d",
  routes: [
    { path: "/data", load: async () => ({ Component: (await import("./sets.tsx")).Sets }) },
    {
      path: "/data/sets/$name",
      load: async () => ({ Component: (await import("./set.tsx")).KeptSet }),
    },
    {
      path: "/data/$id",
      load: async () => ({ Component: (await import("./set.tsx")).NumberedSet }),
    },
  ],
});
