// A change of a row undone, from wherever it is offered.
import { api } from "../../api/client.ts";
import { useChange } from "../../api/mutation.ts";
import { touched } from "./queries.ts";

export function useUndo(reference: string) {
  return useChange(
    async (undo: string) => {
      const params = { path: { set: reference } };
      return await api.POST("/api/v1/data/{set}/undo", { params, body: { undo } });
    },
    { touches: touched, done: () => "Undone" },
  );
}
