import { House } from "lucide-react";
import { definePage } from "../../app/page-definition.ts";

export const home = definePage({
  group: "start",
  title: "Home",
  about: "What is running, what finished, and where to begin",
  icon: House,
  key: "h",
  routes: [{ path: "/", load: async () => ({ Component: (await import("./home.tsx")).Home }) }],
});
