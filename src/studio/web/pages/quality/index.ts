import { Scale } from "lucide-react";
import { definePage } from "../../app/page-definition.ts";

export const quality = definePage({
  group: "data",
  title: "Quality",
  about: "Score, fix and remove rows, each with its evidence and an undo",
  icon: Scale,
  key: "q",
  routes: [
    { path: "/quality", load: async () => ({ Component: (await import("./begin.tsx")).Begin }) },
    {
      path: "/quality/$id",
      load: async () => ({ Component: (await import("./judged.tsx")).Judged }),
    },
  ],
});
