// `{% generation %}` … `{% endgeneration %}`: a template's own marks around what the assistant says
// (transformers, AssistantTracker). Turned into a call block, as transformers does; only marks are added.
import type { Span } from "../types.ts";

const tag = /\{%([-+]?)\s*(end)?generation\s*([-+]?)%\}/g;
const macro = "ft_generation";

export function hasGenerationTags(source: string): boolean {
  return source.search(tag) !== -1;
}

/** The template that writes `open` and `close` around every such block. */
export function withMarks(source: string, open: string, close: string): string {
  const marked = source.replace(tag, (_, left: string, end: string | undefined, right: string) =>
    end === undefined ? `{%${left} call ${macro}() ${right}%}` : `{%${left} endcall ${right}%}`,
  );
  // trim_blocks takes the newline, so that the template still begins at the start of a line.
  return `{% macro ${macro}() %}${open}{{ caller() }}${close}{% endmacro %}\n${marked}`;
}

/** The text without marks and the spans they enclosed; undefined when they do not pair up. */
export function readMarks(
  text: string,
  open: string,
  close: string,
): { text: string; spans: Span[] } | undefined {
  let clean = "";
  const spans: Span[] = [];
  const [head = "", ...blocks] = text.split(open);
  clean += head;
  for (const block of blocks) {
    const [inside, after, ...rest] = block.split(close);
    if (inside === undefined || after === undefined || rest.length > 0) return undefined;
    spans.push([clean.length, clean.length + inside.length]);
    clean += inside + after;
  }
  return head.includes(close) ? undefined : { text: clean, spans };
}
