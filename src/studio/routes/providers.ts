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
    needs_key: z.boolean().describe("Whether it answers nobody without a key"),
    api_key: z.string().nullable().describe("How its key ends; null where there is none"),
    key_source: z.enum(["environment", "keychain", "file"]).nullable(),
    base_url: z.string().nullable(),
    model: z.string().nullable(),
    is_current: z.boolean(),
  })
  .meta({ id: "Provider" });

const CurrentProvider = z
  .object({ provider: z.string(), ...Provider.shape })
  .meta({ id: "CurrentProvider" });

const named = z.object({ provider: z.string().min(1).describe("A name of the list") });

const ProviderChange = z
  .object({
    provider: z.string().min(1).describe("A name of the list"),
    model: z.string().min(1).max(200).nullable().optional().describe("null: its usual one"),
    base_url: z.string().min(1).max(2000).nullable().optional().describe("null: its usual one"),
    api_key: z
      .string()
      .max(4000)
      .regex(/^[\x21-\x7e]*$/, { error: "must be printable ASCII without blanks" })
      .nullable()
      .optional()
      .describe("Kept in the keychain of the system or in a file of its owner; null removes it"),
  })
  .meta({ id: "ProviderChange" });

const list = defineRoute({
  method: "GET",
  path: "/api/providers",
  about: "Every provider that can be asked",
  answers: { 200: z.array(Provider) },
  run: async ({ environment }) => listProviders(environment),
});

const current = defineRoute({
  method: "GET",
  path: "/api/providers/current",
  about: "The provider that is asked where nobody says; its key masked",
  answers: { 200: CurrentProvider },
  run: async ({ environment }) => {
    const facts = currentProvider(environment);
    return { provider: facts.name, ...facts };
  },
});

const configure = defineRoute({
  method: "POST",
  path: "/api/providers/configure",
  about: "Makes a provider the one that is asked, with this model, address and key",
  body: ProviderChange,
  answers: { 200: CurrentProvider },
  refusals: { 400: "An address that may not be asked", 404: "No such provider" },
  run: async ({ environment }, { body }) => {
    const facts = await configureProvider(environment, body);
    return { provider: facts.name, ...facts };
  },
});

const models = defineRoute({
  method: "GET",
  path: "/api/providers/{provider}/models",
  about:
    "The models that a provider has now; where it does not answer, why, and what is known without it",
  params: named,
  answers: {
    200: z
      .object({
        provider: z.string(),
        models: z.array(z.string()),
        available: z.boolean().describe("Whether it answered"),
        error: z.string().optional(),
      })
      .meta({ id: "ProviderModels" }),
  },
  run: ({ environment }, { params }) => providerModels(environment, params.provider),
});

export const providerRoutes: RouteGroup = {
  name: "providers",
  about: "Services that answer with text, and our own engine",
  routes: [list, current, configure, models],
};
