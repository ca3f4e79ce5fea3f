import { SlidersHorizontal } from "lucide-react";
import { definePage } from "../../app/page-definition.ts";

export const settings = definePage({
  group: "studio",
  title: "Settings",
  about: "Providers and keys, what is kept, how much goes on at once",
  icon: SlidersHorizontal,
  key: ",",
  routes: [
    {
      path: "/settings",
      load: async () => ({ Component: (await import("./settings.tsx")).Settings }),
    },
  ],
});
