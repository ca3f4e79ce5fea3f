// Documents that are zip archives of XML: their members as XML, bounded, and how members name each other.
import { dirname, posix } from "node:path";
import { decodedPieces } from "../../decoding.ts";
import { tooLarge } from "../../errors.ts";
import type { ReadLimits } from "../../limits.ts";
import { inMemory } from "../../opening/disk.ts";
import { allBytes } from "../../opening/input.ts";
import { ZipArchive } from "../../opening/zip.ts";
import type { SourceInput } from "../../reader.ts";
import { XmlText, type XmlHandlers } from "../xml.ts";

/** How much larger than a file a member of it may be, unpacked. */
const MEMBER_FACTOR = 4;

export interface Relation {
  readonly type: string;
  /** Name of a member. */
  readonly target: string;
}

export class OfficePackage {
  readonly #zip: ZipArchive;
  readonly limits: ReadLimits;

  constructor(bytes: Uint8Array, limits: ReadLimits) {
    this.#zip = new ZipArchive(inMemory(bytes), limits);
    this.limits = limits;
  }

  has(name: string): boolean {
    return this.#zip.has(name);
  }

  bytes(name: string): Promise<Uint8Array> {
    return allBytes(this.#zip.member(name), this.#memberLimit);
  }

  get #memberLimit(): number {
    return this.limits.fileBytes * MEMBER_FACTOR;
  }

  /** Reads a member's XML; yields after each piece, so that what has been found may be given. */
  async *xml(
    name: string,
    handlers: XmlHandlers,
    passedOver?: ReadonlySet<string>,
  ): AsyncGenerator<undefined> {
    const member = this.#zip.member(name);
    if (member.size > this.#memberLimit) throw tooLarge(member.size, this.#memberLimit);
    const xml = new XmlText(handlers, this.limits.nesting, passedOver);
    for await (const piece of decodedPieces(member.chunks(), undefined, () => undefined)) {
      xml.write(piece);
      yield undefined;
    }
    xml.end();
  }

  /** The same at once; nothing where there is no such member. */
  async readXml(name: string, handlers: Partial<XmlHandlers>): Promise<void> {
    if (!this.has(name)) return;
    const nothing = (): void => undefined;
    const all = { open: nothing, close: nothing, text: nothing, ...handlers };
    for await (const _ of this.xml(name, all)) continue;
  }

  /** What a member refers to, by the id it uses; external places are left out. */
  async relations(name: string): Promise<Map<string, Relation>> {
    const folder = dirname(name);
    const file = posix.join(folder, "_rels", `${posix.basename(name)}.rels`);
    const found = new Map<string, Relation>();
    await this.readXml(file, {
      open: (element, attributes) => {
        if (element !== "Relationship" || attributes.get("TargetMode") === "External") return;
        const target = attributes.get("Target") ?? "";
        const path = target.startsWith("/") ? target.slice(1) : posix.join(folder, target);
        const type = posix.basename(attributes.get("Type") ?? "");
        found.set(attributes.get("Id") ?? "", { type, target: path });
      },
    });
    return found;
  }

  /** The member that is the document itself. */
  async mainPart(usual: string): Promise<string> {
    const relations = [...(await this.relations("")).values()];
    const found = relations.find(({ type }) => type === "officeDocument")?.target;
    return found !== undefined && this.has(found) ? found : usual;
  }
}

export async function openPackage(input: SourceInput): Promise<OfficePackage> {
  return new OfficePackage(await input.bytes(), input.limits);
}

const isZipHead = (head: Uint8Array): boolean =>
  head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4;

/** How surely a file is one of these: a zip archive of its name, or one that names such a member at its beginning. */
export function recognisesPackage(
  extension: string,
  member: string,
): (name: string, head: Uint8Array) => number {
  return (name, head) => {
    if (!isZipHead(head)) return 0;
    if (name.toLowerCase().endsWith(`.${extension}`)) return 0.95;
    return Buffer.from(head).includes(member) ? 0.6 : 0;
  };
}
