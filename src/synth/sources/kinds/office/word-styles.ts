// What styles and numberings of a Word document say of its paragraphs: headings, quotes, and which lists are numbered.
import type { OfficePackage } from "./package.ts";

export interface WordStyles {
  /** 1 to 9; undefined for what is no heading. */
  headingLevel(style: string): number | undefined;
  isQuote(style: string): boolean;
  isOrdered(numbering: string, level: number): boolean;
  /** How deep in lists paragraphs of a style stand by its name: "List Bullet 2" is one deep. */
  listDepth(style: string): number;
  /** The list that paragraphs of a style belong to. */
  numberingOf(style: string): string | undefined;
}

interface Style {
  name: string;
  basedOn: string;
  outline?: number;
  numbering?: string;
}

const DEEPEST_STYLE = 20;

/** A style's own word, or that of the styles it is based on. */
function inherited<T>(
  styles: ReadonlyMap<string, Style>,
  style: string,
  wordOf: (style: Style) => T | undefined,
): T | undefined {
  let found = styles.get(style);
  for (let depth = 0; found !== undefined && depth < DEEPEST_STYLE; depth++) {
    const word = wordOf(found);
    if (word !== undefined) return word;
    found = styles.get(found.basedOn);
  }
  return undefined;
}

function levelOf({ name, outline }: Style): number | undefined {
  const [, level] = /^heading (\d)$/.exec(name) ?? [];
  if (level !== undefined) return Number(level);
  if (name === "title") return 1;
  return outline !== undefined && outline < 9 ? outline + 1 : undefined;
}

async function readStyles(office: OfficePackage, file: string): Promise<Map<string, Style>> {
  const styles = new Map<string, Style>();
  let style: Style | undefined;
  await office.readXml(file, {
    open(element, attributes) {
      const value = attributes.get("val") ?? "";
      if (element === "style") {
        style = { name: "", basedOn: "" };
        styles.set(attributes.get("styleId") ?? "", style);
      } else if (style === undefined) return;
      else if (element === "name") style.name = value.toLowerCase();
      else if (element === "basedOn") style.basedOn = value;
      else if (element === "outlineLvl") style.outline = Number(value);
      else if (element === "numId") style.numbering = value;
    },
  });
  return styles;
}

/** Of each list and level, the form of its numbers. */
async function readNumberings(
  office: OfficePackage,
  file: string,
): Promise<(numbering: string, level: number) => string | undefined> {
  const forms = new Map<string, string>();
  const abstracts = new Map<string, string>();
  let [abstract, level, number] = ["", "", ""];
  await office.readXml(file, {
    open(element, attributes) {
      const value = attributes.get("val") ?? "";
      if (element === "abstractNum") abstract = attributes.get("abstractNumId") ?? "";
      else if (element === "lvl") level = attributes.get("ilvl") ?? "";
      else if (element === "numFmt") forms.set(`${abstract} ${level}`, value);
      else if (element === "num") number = attributes.get("numId") ?? "";
      else if (element === "abstractNumId") abstracts.set(number, value);
    },
  });
  return (numbering, at) => forms.get(`${abstracts.get(numbering) ?? ""} ${at}`);
}

export async function wordStyles(office: OfficePackage, main: string): Promise<WordStyles> {
  const relations = [...(await office.relations(main)).values()];
  const fileOf = (type: string): string =>
    relations.find((relation) => relation.type === type)?.target ?? "";
  const styles = await readStyles(office, fileOf("styles"));
  const formOf = await readNumberings(office, fileOf("numbering"));
  return {
    headingLevel: (style) => inherited(styles, style, levelOf),
    isQuote: (style) => /quote/.test(styles.get(style)?.name ?? ""),
    listDepth: (style) =>
      Number(/^list (?:bullet|number) ([2-9])$/.exec(styles.get(style)?.name ?? "")?.[1] ?? 1) - 1,
    isOrdered: (numbering, level) =>
      !["bullet", "none", undefined].includes(formOf(numbering, level)),
    numberingOf: (style) => inherited(styles, style, ({ numbering }) => numbering),
  };
}
