import { Share2 } from "lucide-react";
import { definePage } from "../../app/page-definition.ts";

export const sharePage = definePage({
  group: "model",
  title: "Share",
  about: "Merge, quantize, write for Ollama and others, upload to the hub",
  icon: Share2,
  key: "p",
  routes: [
    { path: "/share", load: async () => ({ Component: (await import("./share.tsx")).Share }) },
    {
      path: "/share/$id",
      load: async () => ({ Component: (await import("./result.tsx")).Result }),
    },
  ],
});
