import { MessagesSquare } from "lucide-react";
import { definePage } from "../../app/page-definition.ts";

export const tryPage = definePage({
  group: "model",
  title: "Try",
  about: "Ask the base and your fine-tuned model side by side, or blindly",
  icon: MessagesSquare,
  key: "a",
  routes: [{ path: "/try", load: async () => ({ Component: (await import("./try.tsx")).Try }) }],
});
