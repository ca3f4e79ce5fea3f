// An independent validator of JSON schemas (ajv), for what constraints make a model write.
import { createRequire } from "node:module";

type Validate = (value: unknown) => boolean;
type Validator = new (options: object) => { compile(schema: unknown): Validate };

const load = createRequire(import.meta.url);

function validatorFor(schema: unknown): Validator {
  const draft = (schema as { $schema?: string } | null)?.$schema ?? "2020-12";
  const file = draft.includes("2020-12")
    ? load("ajv/dist/2020")
    : draft.includes("2019-09")
      ? load("ajv/dist/2019")
      : load("ajv");
  return (file as { default: Validator }).default;
}

/** Drafts by $schema, else 2020-12. Formats count. */
export function validatorOf(schema: unknown): Validate {
  const Ajv = validatorFor(schema);
  const options = { strict: false, multipleOfPrecision: 9, logger: false, ownProperties: true };
  const ajv = new Ajv(options);
  const formats = load("ajv-formats") as { default: (ajv: unknown) => void };
  formats.default(ajv);
  return ajv.compile(schema);
}
