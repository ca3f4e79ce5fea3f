// What a person does to the conversation in hand, asked of the API: each is a step that can be taken back.
import { api } from "../../api/client.ts";
import { useChange } from "../../api/mutation.ts";
import { reviewPaths } from "./hand-in.ts";
import type { Message } from "./turns.ts";

type Verdict = "open" | "accepted" | "rejected";

const touches = reviewPaths.slice(0, 1);

export function useReviewDeeds(id: number, onAdded: (conversation: number) => void) {
  const path = { id };
  const decide = useChange(
    async ({ conversation, status }: { conversation: number; status: Verdict }) =>
      await api.POST("/api/v1/reviews/{id}/decide", {
        ...{ params: { path }, body: { status, conversations: [conversation] } },
      }),
    { touches },
  );
  const decideAll = useChange(
    async ({ atLeast, status }: { atLeast: number; status: Verdict }) =>
      (
        await api.POST("/api/v1/reviews/{id}/decide", {
          ...{ params: { path }, body: { status, at_least: atLeast } },
        })
      ).data!,
    { touches, done: ({ decided }) => `${decided} accepted; press z to undo` },
  );
  const correct = useChange(
    async ({ conversation, messages }: { conversation: number; messages: Message[] }) =>
      await api.PUT("/api/v1/reviews/{id}/conversations/{conversation}", {
        ...{ params: { path: { id, conversation } }, body: { messages } },
      }),
    { touches },
  );
  const split = useChange(
    async ({ conversation, at }: { conversation: number; at: number }) =>
      (
        await api.POST("/api/v1/reviews/{id}/conversations/{conversation}/split", {
          ...{ params: { path: { id, conversation } }, body: { at } },
        })
      ).data!,
    { touches },
  );
  const join = useChange(
    async (conversation: number) =>
      await api.POST("/api/v1/reviews/{id}/conversations/{conversation}/join", {
        params: { path: { id, conversation } },
      }),
    { touches },
  );
  const add = useChange(
    async ({ source, messages }: { source: number; messages: Message[] }) =>
      (
        await api.POST("/api/v1/reviews/{id}/conversations", {
          ...{ params: { path }, body: { source, messages } },
        })
      ).data!,
    { touches, done: () => "Conversation added", onDone: (one) => onAdded(one.id) },
  );
  const turn = useChange(
    async (word: "undo" | "redo") =>
      (await api.POST(`/api/v1/reviews/{id}/${word}`, { params: { path } })).data!,
    {
      touches,
      isStep: true,
      done: ({ step }) => `${step.is_undone ? "Undone" : "Redone"}: ${step.action}`,
    },
  );
  return { decide, decideAll, correct, split, join, add, turn };
}
