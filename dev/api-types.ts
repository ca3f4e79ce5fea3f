// Types of the API for the pages, from its own OpenAPI document: src/studio/web/api/generated.d.ts, which git ignores.
// Written when it differs, so that nothing is built anew without need.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString, type OpenAPI3 } from "openapi-typescript";
import { openApiOf } from "../src/studio/openapi.ts";
import { routeGroups } from "../src/studio/routes/index.ts";

const target = new URL("../src/studio/web/api/generated.d.ts", import.meta.url);
const facts = { version: "0", url: "http://127.0.0.1:8000", cookie: "ft-studio" };
const document = openApiOf(routeGroups, facts) as unknown as OpenAPI3;
const text = astToString(await openapiTS(document, { alphabetize: true }));
const isSame = existsSync(target) && readFileSync(target, "utf8") === text;
if (!isSame) writeFileSync(target, text);
