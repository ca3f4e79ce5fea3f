import { Sparkles } from "lucide-react";
import { definePage } from "../../app/page-definition.ts";

export const generate = definePage({
  group: "data",
  title: "Generate",
  about: "Have a model write a dataset: choose a domain, check three rows, then pay for the rest",
  icon: Sparkles,
  key: "n",
  routes: [
    { path: "/generate", load: async () => ({ Component: (await import("./wizard.tsx")).Wizard }) },
    { path: "/generate/$id", load: async () => ({ Component: (await import("./set.tsx")).Set }) },
  ],
});
