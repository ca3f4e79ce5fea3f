// Texts side by side where a terminal is wide enough for them, else one below the other.

interface Titled {
  title: string;
  text: string;
}

/** Characters that a column needs to be read. */
const leastWidth = 36;
const gap = 3;

/** Lines of at most so many characters, broken between words where there is room. */
export function wrapped(text: string, width: number): string[] {
  return text.split("\n").flatMap((line) => {
    const lines: string[] = [];
    let rest = line;
    while (rest.length > width) {
      const blank = rest.lastIndexOf(" ", width);
      const end = blank > 0 ? blank : width;
      lines.push(rest.slice(0, end));
      rest = rest.slice(end).trimStart();
    }
    return [...lines, rest];
  });
}

export function columns(texts: readonly Titled[], width: number): string {
  const each = Math.floor((width - gap * (texts.length - 1)) / texts.length);
  if (each < leastWidth) return texts.map(({ title, text }) => `${title}:\n${text}`).join("\n\n");
  const blocks = texts.map(({ title, text }) => [
    title,
    "-".repeat(title.length),
    ...wrapped(text, each),
  ]);
  const height = Math.max(...blocks.map((lines) => lines.length));
  const row = (at: number): string =>
    blocks
      .map((lines) => (lines[at] ?? "").padEnd(each))
      .join(" ".repeat(gap))
      .trimEnd();
  return Array.from({ length: height }, (_, at) => row(at)).join("\n");
}
