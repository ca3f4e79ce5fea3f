import { Scale } from "lucide-react";
import { definePage } from "../../app/page-definition.ts";

export const quality = definePage({
  group: "data",
  title: "Quality",
  about: "Rows scored, fixed and taken out: each with its evidence, each taken back if you like",
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
