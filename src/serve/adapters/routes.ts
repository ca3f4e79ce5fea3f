// /v1/adapters: which there are, load one, unload one. By names of folders in one folder, never by paths.
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { ApiError, badRequest } from "../http/api-error.ts";
import { checked } from "../http/checked.ts";
import type { Served } from "../served.ts";

const LoadBody = z.object({ id: z.string() });

function shown(id: string, { host }: Served): object {
  return { id, object: "adapter", loaded: host.adapters.has(id) };
}

async function load(id: string, served: Served): Promise<object> {
  const { host, shelf, options } = served;
  const folder = shelf.folderOf(id);
  const isTaken = [options.model, options.encoder].some((one) => one?.names.includes(id));
  if (isTaken)
    throw badRequest("a model of this server has that name; rename the adapter's folder", "id");
  if (!host.adapters.has(id)) {
    await host.call("add-adapter", { name: id, folder }).result;
    host.adapters.set(id, folder);
  }
  return shown(id, served);
}

async function unload(id: string, { host }: Served): Promise<object> {
  if (!host.adapters.has(id)) {
    const message = `no adapter '${id}' is loaded`;
    throw new ApiError(404, { message, param: "id", code: "adapter_not_found" });
  }
  // first, so that no request comes in between
  host.adapters.delete(id);
  await host.call("remove-adapter", { name: id }).result;
  return { id, object: "adapter", loaded: false };
}

export function adapterRoutes(app: FastifyInstance, served: Served): void {
  /** One change after the other: two of one name would meet halfway. */
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return turn;
  };
  app.get("/v1/adapters", () => ({
    object: "list",
    data: served.shelf.ids().map((id) => shown(id, served)),
  }));
  app.post("/v1/adapters", async ({ body }) => {
    const { id } = checked(LoadBody, body);
    return await inTurn(() => load(id, served));
  });
  app.delete<{ Params: { id: string } }>("/v1/adapters/:id", async ({ params }) => {
    return await inTurn(() => unload(params.id, served));
  });
}
