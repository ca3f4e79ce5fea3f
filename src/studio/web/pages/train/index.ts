import { Flame } from "lucide-react";
import { definePage } from "../../app/page-definition.ts";

export const train = definePage({
  group: "model",
  title: "Train",
  about: "Choose a model and data, see what the run needs, start it",
  icon: Flame,
  key: "t",
  routes: [
    { path: "/train", load: async () => ({ Component: (await import("./train.tsx")).Train }) },
  ],
});
