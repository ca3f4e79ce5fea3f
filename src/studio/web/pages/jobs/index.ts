import { ListChecks } from "lucide-react";
import { definePage } from "../../app/page-definition.ts";

export const jobs = definePage({
  group: "studio",
  title: "Jobs",
  about: "The queue: what runs, what waits, what failed and why",
  icon: ListChecks,
  key: "j",
  routes: [
    { path: "/jobs", load: async () => ({ Component: (await import("./jobs.tsx")).Jobs }) },
    { path: "/jobs/$id", load: async () => ({ Component: (await import("./job.tsx")).Job }) },
  ],
});
