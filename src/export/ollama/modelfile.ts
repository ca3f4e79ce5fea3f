// A Modelfile: the instructions of which Ollama makes a model, quoted as its reader takes them.
// Source: docs/modelfile.mdx and parser/parser.go of ollama/ollama, v0.17.4.

export interface Modelfile {
  /** A file beside it, or the name of a model that Ollama has. */
  from: string;
  adapter?: string | undefined;
  template?: string | undefined;
  system?: string | undefined;
  /** By name; several values are several lines. */
  parameters: readonly (readonly [name: string, value: string | number])[];
  license?: string | undefined;
  /** Lines before everything, for who reads it. */
  comments: readonly string[];
}

/** Three quotes at the end of a line would end a text that is held in three quotes. */
export function isQuotable(text: string): boolean {
  return !/"""[ \t]*(?:\r?\n|$)/.test(text);
}

function quoted(text: string): string {
  return `"""${text}"""`;
}

function valueOf(value: string | number): string {
  if (typeof value === "number") return String(value);
  return value.includes('"') || value.includes("\n") ? quoted(value) : `"${value}"`;
}

export function modelfileText(modelfile: Modelfile): string {
  const { from, adapter, template, system, parameters, license, comments } = modelfile;
  return [
    ...comments.map((line) => `# ${line}`),
    `FROM ${from}`,
    ...(adapter === undefined ? [] : [`ADAPTER ${adapter}`]),
    ...(template === undefined ? [] : [`TEMPLATE ${quoted(template)}`]),
    ...(system === undefined ? [] : [`SYSTEM ${quoted(system)}`]),
    ...parameters.map(([name, value]) => `PARAMETER ${name} ${valueOf(value)}`),
    ...(license === undefined ? [] : [`LICENSE ${quoted(license)}`]),
    "",
  ].join("\n");
}
