// Schemas in the shapes that public collections have (JSON-Schema-Test-Suite, JSONSchemaBench): written for these tests,
// each small enough that a text by chance comes to its end.

export type Named = readonly [name: string, schema: unknown];

const object = (
  properties: object,
  required: readonly string[] = [],
  more: object = {},
): object => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
  ...more,
});
const text = { type: "string", maxLength: 12 };
const count = { type: "integer", minimum: 0, maximum: 999 };
const flag = { type: "boolean" };

function family(name: string, schemas: readonly unknown[]): Named[] {
  return schemas.map((schema, at): Named => [`${name} ${at + 1}`, schema]);
}

const scalars = family("scalar", [
  { type: "null" },
  flag,
  { type: "integer" },
  { type: "number" },
  { type: "string" },
  { type: ["string", "null"], maxLength: 5 },
  { type: ["integer", "boolean", "null"] },
  { type: ["number", "string"], minimum: 0, maxLength: 3 },
  { type: "string", nullable: true, maxLength: 4 },
  { const: "fixed" },
  { const: null },
  { const: { a: [1, 2, { b: null }] } },
  { const: 1.5 },
  { enum: ["red", "green", "blue"] },
  { enum: [1, "1", true, null, [1], { a: 1 }] },
  { enum: ["a", "ab", "abc", "b"], minLength: 2 },
  { enum: [1, 2, 3, 4, 5], minimum: 2, exclusiveMaximum: 5 },
  { enum: [1, "a", null], type: ["string", "null"] },
  { enum: ['with "quotes"', "back\\slash", "line\nend", "tab\t", "\u0001", "é😀"] },
  true,
  {},
]);

const numbers = family(
  "number",
  [
    { type: "integer", minimum: 0, maximum: 10 },
    { type: "integer", minimum: -5, maximum: 5 },
    { type: "integer", minimum: 18, maximum: 120 },
    { type: "integer", minimum: -1000, maximum: -37 },
    { type: "integer", exclusiveMinimum: 0 },
    { type: "integer", exclusiveMaximum: 0 },
    { type: "integer", exclusiveMinimum: 3, exclusiveMaximum: 5 },
    { type: "integer", minimum: 1024, maximum: 65535 },
    { type: "integer", multipleOf: 5 },
    { type: "integer", multipleOf: 7, minimum: 50, maximum: 100 },
    { type: "integer", minimum: 1.5, maximum: 4.5 },
    { type: "integer", minimum: 9_007_199_254_740 },
    { type: "number", minimum: 0, maximum: 1 },
    { type: "number", exclusiveMinimum: 0, maximum: 1 },
    { type: "number", minimum: -90, maximum: 90 },
    { type: "number", minimum: -180, exclusiveMaximum: 180 },
    { type: "number", minimum: 0.25, maximum: 0.375 },
    { type: "number", minimum: 99.95, exclusiveMaximum: 100.05 },
    { type: "number", exclusiveMinimum: -0.001, exclusiveMaximum: 0.001 },
    { type: "number", minimum: 1e6, maximum: 1e9 },
    { type: "number", multipleOf: 0.5, minimum: -10, maximum: 10 },
    { type: "number", multipleOf: 0.25, exclusiveMinimum: 3, maximum: 4 },
    { type: "number", multipleOf: 10, maximum: 0 },
    {
      minimum: 5,
      exclusiveMinimum: true,
      maximum: 7,
      $schema: "http://json-schema.org/draft-07/schema#",
    },
  ].slice(0, 23),
);

const strings = family("string", [
  { type: "string", minLength: 1, maxLength: 3 },
  { type: "string", minLength: 10, maxLength: 10 },
  { type: "string", maxLength: 0 },
  { type: "string", minLength: 5 },
  { type: "string", pattern: "^[A-Z]{3}-[0-9]{4}$" },
  { type: "string", pattern: "^#?([a-f0-9]{6}|[a-f0-9]{3})$" },
  { type: "string", pattern: "^(\\([0-9]{3}\\))?[0-9]{3}-[0-9]{4}$" },
  { type: "string", pattern: "b", maxLength: 5 },
  { type: "string", pattern: "^a", maxLength: 4 },
  { type: "string", pattern: "z$", maxLength: 4 },
  { type: "string", pattern: "^\\S+$", minLength: 2, maxLength: 6 },
  { type: "string", pattern: "^[a-z0-9]+(-[a-z0-9]+)*$", maxLength: 12 },
  { type: "string", pattern: "^v?\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}(-[a-z]{1,8})?$" },
  { type: "string", pattern: '^[^"\\\\/]*$', maxLength: 6 },
  { type: "string", pattern: '["\\\\\\n]', maxLength: 4 },
  { type: "string", pattern: "^(?=.*[a-z])(?=.*[A-Z])(?=.*\\d).{8,12}$" },
  { type: "string", pattern: "^(?!admin)[a-z]{3,8}$" },
  { type: "string", pattern: "^\\p{L}+$", maxLength: 5 },
  { type: "string", pattern: "^[\\w.-]{1,20}$", minLength: 4, maxLength: 8 },
  { allOf: [{ type: "string", pattern: "a" }, { pattern: "b" }, { maxLength: 5 }] },
  { type: "string", not: { pattern: "^x" }, minLength: 1, maxLength: 4 },
  { type: "string", not: { enum: ["a", "b", "ab"] }, pattern: "^[ab]{1,2}$" },
]);

const formats = family(
  "format",
  [
    "date",
    "time",
    "date-time",
    "duration",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "uuid",
    "uri",
    "uri-reference",
    "uri-template",
    "json-pointer",
    "relative-json-pointer",
    "regex",
    "something-else",
  ].map((format) => ({ type: "string", format })),
);

const arrays = family("array", [
  { type: "array", items: flag, maxItems: 3 },
  { type: "array", items: { enum: ["a", "b"] }, minItems: 2 },
  { type: "array", items: { type: "integer", minimum: 0, maximum: 9 }, minItems: 3, maxItems: 3 },
  { type: "array", maxItems: 0 },
  { type: "array", items: false },
  { type: "array", items: { type: "array", items: flag, maxItems: 2 }, maxItems: 2 },
  { type: "array", prefixItems: [{ const: "GET" }, count], items: false },
  { type: "array", prefixItems: [flag, text], minItems: 2, items: { type: "null" }, maxItems: 4 },
  { type: "array", prefixItems: [flag, count] },
  { type: "array", prefixItems: [flag], minItems: 3 },
  { type: "array", items: { enum: ["x", "y", "z"] }, uniqueItems: true },
  { type: "array", items: { enum: [1, 2, 3] }, uniqueItems: true, minItems: 2, maxItems: 3 },
  { type: "array", items: flag, uniqueItems: true, minItems: 2 },
  { type: "array", items: text, uniqueItems: true, maxItems: 1 },
  { type: "array", items: count, contains: { const: 7 }, maxItems: 5 },
  {
    type: "array",
    contains: { type: "string" },
    minContains: 2,
    items: { type: ["string", "null"] },
  },
  { type: "array", contains: { const: 0 }, items: { enum: [0, 1] }, maxContains: 1, maxItems: 4 },
  { type: "array", contains: { const: 0 }, items: { enum: [0, 1] }, minContains: 0 },
  { type: "array", items: object({ id: count, name: text }, ["id"]), maxItems: 3 },
  {
    items: [flag, count],
    additionalItems: false,
    $schema: "http://json-schema.org/draft-07/schema#",
  },
  { items: [flag], additionalItems: count, $schema: "http://json-schema.org/draft-07/schema#" },
  { allOf: [{ items: { minimum: 3, type: "integer" } }, { items: { maximum: 5 }, maxItems: 3 }] },
  { type: "array", not: { contains: { const: 1 } }, items: { enum: [1, 2] }, maxItems: 3 },
]);

const objects = family("object", [
  object({}),
  object({ a: flag }),
  object({ a: flag, b: flag, c: flag }),
  object({ a: flag, b: flag, c: flag }, ["b"]),
  object({ a: flag, b: flag, c: flag }, ["a", "b", "c"]),
  { type: "object", properties: { a: count } },
  { type: "object", properties: { a: count }, required: ["a", "unlisted"] },
  { type: "object", required: ["x"] },
  { type: "object" },
  { type: "object", additionalProperties: flag },
  { type: "object", additionalProperties: flag, maxProperties: 2 },
  { type: "object", additionalProperties: count, minProperties: 1 },
  { type: "object", properties: { id: count }, required: ["id"], additionalProperties: text },
  { type: "object", properties: { id: count }, additionalProperties: true },
  { type: "object", patternProperties: { "^x-": text }, additionalProperties: false },
  {
    type: "object",
    patternProperties: { "^n_": count, _s$: { maximum: 5 } },
    propertyNames: { maxLength: 5 },
    additionalProperties: false,
  },
  {
    type: "object",
    properties: { foo: {} },
    patternProperties: { "^f.o": count },
    additionalProperties: false,
  },
  { type: "object", properties: { a: flag, b: flag, c: flag }, minProperties: 2 },
  { type: "object", properties: { a: flag, b: flag, c: flag }, maxProperties: 1 },
  { type: "object", properties: { a: flag, b: flag }, minProperties: 1, maxProperties: 1 },
  {
    type: "object",
    propertyNames: { pattern: "^[a-z]{1,4}$" },
    additionalProperties: count,
    maxProperties: 2,
  },
  { type: "object", propertyNames: { enum: ["a", "b"] }, additionalProperties: flag },
  { type: "object", properties: { a: flag, bc: flag }, propertyNames: { minLength: 2 } },
  object({ "key with spaces": flag, 'quote"d': flag, ünïcode: flag, "": flag }, [""]),
  object({ a: flag, b: flag }, [], { dependentRequired: { a: ["b"] } }),
  object({ a: flag, b: count, c: count }, [], { dependentRequired: { a: ["b", "c"], b: ["c"] } }),
  object({ a: flag, b: count }, [], {
    dependentSchemas: { a: { required: ["b"], properties: { b: { minimum: 500 } } } },
  }),
  {
    ...object({ a: flag, b: flag }),
    dependencies: { a: ["b"] },
    $schema: "http://json-schema.org/draft-07/schema#",
  },
  { type: "object", properties: { a: false, b: flag } },
  {
    type: "object",
    properties: { __proto__: undefined, constructor: flag, toString: count },
    required: ["constructor"],
  },
  { type: "object", properties: { a: flag }, unevaluatedProperties: false },
]);

/** As text: an object with a `then` is taken for a promise. */
const conditional: unknown[] = [
  `{ "type": "object", "required": ["country", "code"],
     "properties": { "country": { "enum": ["US", "CA"] }, "code": { "type": "string" } },
     "if": { "properties": { "country": { "const": "US" } } },
     "then": { "properties": { "code": { "pattern": "^[0-9]{5}$" } } },
     "else": { "properties": { "code": { "pattern": "^[A-Z][0-9][A-Z]$" } } } }`,
  `{ "type": "object", "required": ["kind"],
     "properties": { "kind": { "enum": ["a", "b"] }, "x": { "type": "integer", "minimum": 0 } },
     "if": { "properties": { "kind": { "const": "a" } }, "required": ["kind"] },
     "then": { "required": ["x"] } }`,
  `{ "type": "integer", "minimum": 0, "maximum": 100,
     "if": { "minimum": 50 }, "then": { "multipleOf": 10 }, "else": { "multipleOf": 7 } }`,
].map((text) => JSON.parse(text) as unknown);

const combined = family("combined", [
  { anyOf: [{ type: "integer" }, { type: "null" }] },
  {
    anyOf: [
      { type: "string", maxLength: 2 },
      { type: "string", minLength: 4, maxLength: 5 },
    ],
  },
  { anyOf: [object({ a: flag }, ["a"]), object({ b: count }, ["b"])] },
  {
    type: "object",
    properties: { a: flag, b: flag },
    anyOf: [{ required: ["a"] }, { required: ["b"] }],
  },
  {
    type: "object",
    properties: { a: flag, b: flag },
    oneOf: [{ required: ["a"] }, { required: ["b"] }],
  },
  { oneOf: [{ type: "integer" }, { type: "string", maxLength: 3 }] },
  {
    oneOf: [
      { type: "integer", multipleOf: 3 },
      { type: "integer", multipleOf: 5 },
    ],
  },
  {
    oneOf: [
      { type: "number", maximum: 5 },
      { type: "number", minimum: 3 },
    ],
  },
  { oneOf: [{ minimum: 2, type: "integer" }, { type: "integer", maximum: 10 }, { const: 5 }] },
  {
    oneOf: [
      { type: "string", minLength: 2, maxLength: 6 },
      { type: "string", maxLength: 4 },
    ],
  },
  { oneOf: [{ enum: ["a", "b"] }, { enum: ["b", "c"] }] },
  {
    oneOf: [
      object({ kind: { const: "circle" }, r: count }, ["kind", "r"]),
      object({ kind: { const: "square" }, side: count }, ["kind", "side"]),
    ],
  },
  {
    oneOf: [
      object({ t: { enum: ["x", "y"] } }, ["t"]),
      object({ t: { enum: ["z"] }, v: flag }, ["t"]),
    ],
  },
  { allOf: [{ type: "integer", minimum: 3 }, { maximum: 8 }, { multipleOf: 2 }] },
  { allOf: [{ type: ["integer", "string"] }, { type: ["string", "null"] }], maxLength: 4 },
  {
    allOf: [
      { type: "object", properties: { a: flag }, required: ["a"] },
      { properties: { b: count }, required: ["b"] },
    ],
  },
  {
    allOf: [
      { properties: { a: { minimum: 3 } } },
      { properties: { a: { type: "integer", maximum: 5 } }, type: "object" },
    ],
  },
  {
    allOf: [
      { anyOf: [{ minimum: 10 }, { maximum: -10 }] },
      { type: "integer", minimum: -20, maximum: 20 },
    ],
  },
  { allOf: [{ enum: [1, 2, 3] }, { enum: [2, 3, 4] }] },
  { not: { type: ["object", "array", "string"] } },
  { type: "integer", not: { minimum: 10 }, minimum: 0 },
  { type: "integer", not: { const: 5 }, minimum: 4, maximum: 6 },
  { type: "integer", not: { multipleOf: 2 }, minimum: 0, maximum: 20 },
  { type: "object", properties: { a: flag, b: flag }, not: { required: ["a", "b"] } },
  {
    type: "object",
    properties: { a: count },
    required: ["a"],
    not: { properties: { a: { maximum: 900 } } },
  },
  ...conditional,
  { anyOf: [true, { type: "integer" }], type: "boolean" },
  { anyOf: [false, { type: "integer" }] },
  {
    oneOf: [
      { type: "array", items: flag, maxItems: 2 },
      { type: "object", properties: { a: flag } },
      { type: "null" },
    ],
  },
]);

const linked = { $ref: "#/$defs/node" };
const references = family("reference", [
  { $ref: "#/$defs/a", $defs: { a: count } },
  { $ref: "#/definitions/a~1b%25", definitions: { "a/b%": flag } },
  {
    $defs: { a: { $ref: "#/$defs/b" }, b: text },
    type: "array",
    items: { $ref: "#/$defs/a" },
    maxItems: 2,
  },
  {
    $ref: "#/$defs/node",
    $defs: {
      node: object({ v: count, next: { anyOf: [linked, { type: "null" }] } }, ["v", "next"]),
    },
  },
  {
    $ref: "#/$defs/node",
    $defs: {
      node: object({ name: text, children: { type: "array", items: linked, maxItems: 2 } }, [
        "name",
      ]),
    },
  },
  { type: "object", properties: { self: { $ref: "#" }, v: flag }, additionalProperties: false },
  { anyOf: [{ type: "integer" }, { type: "array", items: { $ref: "#" }, maxItems: 2 }] },
  { anyOf: [{ $ref: "#/$defs/a" }, { type: "boolean" }], $defs: { a: { type: "null" } } },
  {
    $ref: "#/$defs/base",
    properties: { b: flag },
    required: ["b"],
    $defs: { base: { type: "object", properties: { a: flag }, required: ["a"] } },
  },
  {
    allOf: [{ $ref: "#/$defs/a" }, { $ref: "#/$defs/b" }],
    $defs: { a: { type: "integer", minimum: 3 }, b: { maximum: 9 } },
  },
  {
    $id: "https://example.com/tree",
    $ref: "https://example.com/tree#/$defs/x",
    $defs: { x: flag },
  },
  { $ref: "#here", $defs: { a: { $anchor: "here", ...count } } },
  { $ref: "item.json", $defs: { a: { $id: "item.json", type: "boolean" } } },
  {
    $ref: "#/$defs/even",
    $defs: {
      even: {
        anyOf: [
          { const: "" },
          { type: "array", prefixItems: [{ $ref: "#/$defs/odd" }], minItems: 1, items: false },
        ],
      },
      odd: { type: "array", prefixItems: [{ $ref: "#/$defs/even" }], minItems: 1, items: false },
    },
  },
  {
    type: "object",
    properties: { l: { $ref: "#/properties/r" }, r: { type: "integer", minimum: 0, maximum: 9 } },
    required: ["l"],
  },
]);

const applied = family("application", [
  object({ location: text, unit: { type: "string", enum: ["celsius", "fahrenheit"] } }, [
    "location",
  ]),
  object(
    {
      query: text,
      top_k: { type: "integer", minimum: 1, maximum: 50 },
      filters: { type: "array", items: text, maxItems: 2 },
    },
    ["query"],
  ),
  object(
    {
      name: text,
      age: { type: "integer", minimum: 0, maximum: 150 },
      email: { type: "string", format: "email" },
    },
    ["name", "age", "email"],
  ),
  object(
    {
      sql: { type: "string", pattern: "^SELECT [a-z_, ]{1,20} FROM [a-z_]{1,10}$" },
      explanation: text,
    },
    ["sql"],
  ),
  object(
    {
      steps: {
        type: "array",
        items: object({ explanation: text, output: text }, ["explanation", "output"]),
        maxItems: 3,
      },
      final: text,
    },
    ["steps", "final"],
  ),
  object(
    {
      order: object(
        {
          id: { type: "string", format: "uuid" },
          total: { type: "number", minimum: 0, maximum: 10000 },
          lines: {
            type: "array",
            items: object(
              {
                sku: { type: "string", pattern: "^[A-Z]{2}\\d{4}$" },
                qty: { type: "integer", minimum: 1, maximum: 99 },
              },
              ["sku", "qty"],
            ),
            minItems: 1,
            maxItems: 3,
          },
        },
        ["id", "lines"],
      ),
    },
    ["order"],
  ),
  object(
    {
      lat: { type: "number", minimum: -90, maximum: 90 },
      lon: { type: "number", minimum: -180, maximum: 180 },
    },
    ["lat", "lon"],
  ),
  object(
    {
      type: { const: "Feature" },
      geometry: object(
        {
          type: { const: "Point" },
          coordinates: {
            type: "array",
            items: { type: "number", minimum: -180, maximum: 180 },
            minItems: 2,
            maxItems: 2,
          },
        },
        ["type", "coordinates"],
      ),
      properties: { type: ["object", "null"], additionalProperties: flag, maxProperties: 1 },
    },
    ["type", "geometry", "properties"],
  ),
  object(
    {
      apiVersion: { const: "v1" },
      kind: { enum: ["Pod", "Service"] },
      metadata: object(
        {
          name: { type: "string", pattern: "^[a-z0-9]([-a-z0-9]{0,10}[a-z0-9])?$" },
          labels: { type: "object", additionalProperties: text, maxProperties: 2 },
        },
        ["name"],
      ),
    },
    ["apiVersion", "kind", "metadata"],
  ),
  object(
    {
      scripts: { type: "object", additionalProperties: text, maxProperties: 2 },
      private: flag,
      version: { type: "string", pattern: "^\\d{1,2}\\.\\d{1,2}\\.\\d{1,2}$" },
    },
    ["version"],
  ),
  object(
    {
      sentiment: { enum: ["positive", "neutral", "negative"] },
      score: { type: "number", minimum: 0, maximum: 1 },
      topics: { type: "array", items: { enum: ["a", "b", "c"] }, uniqueItems: true },
    },
    ["sentiment", "score"],
  ),
  object(
    {
      start: { type: "string", format: "date" },
      end: { type: "string", format: "date" },
      allDay: flag,
    },
    ["start", "end"],
  ),
  object(
    {
      host: { type: "string", format: "hostname" },
      port: { type: "integer", minimum: 1, maximum: 65535 },
      tls: object(
        {
          enabled: flag,
          versions: { type: "array", items: { enum: ["1.2", "1.3"] }, maxItems: 2 },
        },
        ["enabled"],
      ),
    },
    ["host", "port"],
  ),
  {
    type: "array",
    items: object(
      { entity: text, label: { enum: ["PER", "LOC", "ORG"] }, start: count, end: count },
      ["entity", "label"],
    ),
    maxItems: 3,
  },
  object(
    {
      answer: { anyOf: [text, count, { type: "null" }] },
      confidence: { type: "integer", minimum: 0, maximum: 100 },
    },
    ["answer", "confidence"],
  ),
  object(
    {
      title: text,
      isbn: { type: "string", pattern: "^(97[89])?\\d{9}[\\dX]$" },
      authors: { type: "array", items: text, minItems: 1, maxItems: 2 },
      year: { type: "integer", minimum: 1450, maximum: 2030 },
    },
    ["title", "isbn"],
  ),
  object(
    {
      op: { enum: ["add", "remove"] },
      path: { type: "string", format: "json-pointer", maxLength: 10 },
      value: { type: ["string", "number", "boolean", "null"], maxLength: 4 },
    },
    ["op", "path"],
  ),
  object(
    {
      rgb: {
        type: "array",
        items: { type: "integer", minimum: 0, maximum: 255 },
        minItems: 3,
        maxItems: 3,
      },
      alpha: { type: "number", minimum: 0, maximum: 1, multipleOf: 0.25 },
    },
    ["rgb"],
  ),
  object(
    {
      schedule: { type: "string", pattern: "^([0-5]?\\d|\\*) ([01]?\\d|2[0-3]|\\*) \\* \\* \\*$" },
      retries: { type: "integer", minimum: 0, maximum: 5 },
    },
    ["schedule"],
  ),
  object(
    {
      price: { type: "number", exclusiveMinimum: 0, maximum: 1000 },
      currency: { type: "string", pattern: "^[A-Z]{3}$" },
    },
    ["price", "currency"],
  ),
]);

/** Bounds of integers and numbers, in all ways that they meet. */
const bounds = family(
  "bounds",
  [
    [0, 0],
    [-1, 1],
    [7, 70],
    [-120, 5],
    [99, 101],
    [1000, 1e6],
    [-999, -1],
    [12345, 12346],
  ].flatMap(([minimum, maximum]) => [
    { type: "integer", minimum, maximum },
    { type: "number", minimum, maximum: (maximum ?? 0) + 0.5 },
    { type: "number", exclusiveMinimum: (minimum ?? 0) - 0.125, exclusiveMaximum: maximum },
  ]),
);

export const schemas: readonly Named[] = [
  ...scalars,
  ...numbers,
  ...strings,
  ...formats,
  ...arrays,
  ...objects,
  ...combined,
  ...references,
  ...applied,
  ...bounds,
];
