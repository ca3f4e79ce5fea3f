import { MessagesSquare } from "lucide-react";
import { definePage } from "../../app/page-definition.ts";

export const tryPage = definePage({
  group: "model",
  title: "Try",
  about: "Ask a base and what you made of it side by side, or blindly",
  icon: MessagesSquare,
  key: "a",
  routes: [{ path: "/try", load: async () => ({ Component: (await import("./try.tsx")).Try }) }],
});
