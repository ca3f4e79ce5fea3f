import { ScanText } from "lucide-react";
import { definePage } from "../../app/page-definition.ts";

export const identify = definePage({
  group: "data",
  title: "Identify",
  about: "Conversations found in your documents, looked through one by one",
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
