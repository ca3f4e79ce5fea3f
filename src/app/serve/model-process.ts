// The process that holds the model: loads it once, then answers what the server asks until it is told to stop. If MLX
// or the system ends it, the server is still there.
import { once } from "node:events";
import { FtError } from "../../core/errors.ts";
import { asFtError, packError } from "../../core/packed-errors.ts";
import { serveSupervisor } from "../../core/worker-process.ts";
import type { FromModel, ToModel } from "../../serve/index.ts";
import { loadServing } from "./load-serving.ts";
import type { ModelStart } from "./model-messages.ts";
import { Refused } from "./serving.ts";

const unexpected = "FT-SERVE-UNEXPECTED";

function failure(id: number, thrown: unknown): FromModel {
  const isAskers = thrown instanceof Refused;
  const cause = isAskers ? thrown.cause : thrown;
  const error = asFtError(cause, (details) => new FtError(unexpected, details));
  return { type: "failed", id, error: packError(error), isAskers };
}

serveSupervisor(async (request, { tell, onSaid, stopping }) => {
  const say = (told: FromModel): void => tell(told);
  const model = await loadServing(request as ModelStart);
  const open = new Map<number, AbortController>();
  onSaid((said) => {
    const asked = said as ToModel;
    if (asked.type === "cancel") return open.get(asked.id)?.abort();
    const { id, name } = asked;
    const cancel = new AbortController();
    open.set(id, cancel);
    void model
      .call(name, asked.request, {
        tell: (event) => say({ type: "event", id, event }),
        signal: cancel.signal,
      })
      .then(
        (result) => say({ type: "result", id, result }),
        (error: unknown) => say(failure(id, error)),
      )
      .finally(() => open.delete(id));
  });
  say({ type: "ready", facts: model.facts });
  if (!stopping.aborted) await once(stopping, "abort");
  model.dispose();
  return null;
}, unexpected);
