import { SlidersHorizontal } from "lucide-react";
import { definePage } from "../../app/page-definition.ts";

export const settings = definePage({
  group: "studio",
  title: "Settings",
  about: "Providers and keys, caching, jobs at once",
  icon: SlidersHorizontal,
  key: ",",
  routes: [
    {
      path: "/settings",
      load: async () => ({ Component: (await import("./settings.tsx")).Settings }),
    },
  ],
});
