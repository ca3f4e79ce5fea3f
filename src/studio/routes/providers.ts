// /api/providers: who can be asked, who is, with which model, where, with which key. A key goes in and never out.
import { z } from "zod";
import {
  configureProvider,
  currentProvider,
  listProviders,
  providerModels,
} from "../../app/settings/providers.ts";
import { defineRoute, type RouteGroup } from "../route.ts";

const Provider = z
  .object({
    name: z.string(),
    about: z.string(),
    needs_key: z.boolean().describe("Whether it requires a key"),
    api_key: z.string().nullable().describe("Last characters of the key; null where there is none"),
    key_source: z.enum(["environment", "keychain", "file"]).nullable(),
    base_url: z.string().nullable(),
    model: z.string().nullable(),
    is_current: z.boolean().describe("Whether it is the default provider"),
  })
  .meta({ id: "Provider" });

const CurrentProvider = z
  .object({ provider: z.string(), ...Provider.shape })
  .meta({ id: "CurrentProvider" });

const named = z.object({ provider: z.string().min(1).describe("Name from the list of providers") });

const ProviderChange = z
  .object({
    provider: z.string().min(1).describe("Name from the list of providers"),
    model: z.string().min(1).max(200).nullable().optional().describe("null: its default model"),
    base_url: z
      .string()
      .min(1)
      .max(2000)
      .nullable()
      .optional()
      .describe("null: its default address"),
    api_key: z
      .string()
      .max(4000)
      .regex(/^[\x21-\x7e]*$/, { error: "must be printable ASCII without spaces" })
      .nullable()
      .optional()
      .describe("Stored in the system keychain, or in a file only you can read; null deletes it"),
  })
  .meta({ id: "ProviderChange" });

const list = defineRoute({
  method: "GET",
  path: "/api/providers",
  about: "List all providers",
  answers: { 200: z.array(Provider) },
  run: async ({ environment }) => listProviders(environment),
});

const current = defineRoute({
  method: "GET",
  path: "/api/providers/current",
  about: "Get the default provider, with its key masked",
  answers: { 200: CurrentProvider },
  run: async ({ environment }) => {
    const facts = currentProvider(environment);
    return { provider: facts.name, ...facts };
  },
});

const configure = defineRoute({
  method: "POST",
  path: "/api/providers/configure",
  about: "Make a provider the default, with this model, address and key",
  body: ProviderChange,
  answers: { 200: CurrentProvider },
  refusals: { 400: "An address that is not allowed", 404: "No such provider" },
  run: async ({ environment }, { body }) => {
    const facts = await configureProvider(environment, body);
    return { provider: facts.name, ...facts };
  },
});

const models = defineRoute({
  method: "GET",
  path: "/api/providers/{provider}/models",
  about:
    "List the models a provider offers now. Where it does not answer: the error, and the models known in advance",
  params: named,
  answers: {
    200: z
      .object({
        provider: z.string(),
        models: z.array(z.string()),
        available: z.boolean().describe("Whether the provider answered"),
        error: z.string().optional(),
      })
      .meta({ id: "ProviderModels" }),
  },
  run: ({ environment }, { params }) => providerModels(environment, params.provider),
});

export const providerRoutes: RouteGroup = {
  name: "providers",
  about: "Services that generate text, and the local engine",
  routes: [list, current, configure, models],
};
