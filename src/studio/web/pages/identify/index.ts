import { ScanText } from "lucide-react";
import { definePage } from "../../app/page-definition.ts";

export const identify = definePage({
  group: "data",
  title: "Identify",
  about: "Find conversations in your documents and review them one by one",
  icon: ScanText,
  key: "i",
  routes: [
    {
      path: "/identify",
      load: async () => ({ Component: (await import("./reviews.tsx")).Reviews }),
    },
    {
      path: "/identify/$id",
      load: async () => ({ Component: (await import("./review.tsx")).Review }),
    },
  ],
});
