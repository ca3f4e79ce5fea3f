// The bill of materials (SBOM) of a package, as CycloneDX 1.5 JSON: npm writes the main package's; a platform package's
// is made here, of parts with the hashes of their files. Which parts there are, platforms.ts says.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A part as the bill names it; `files` are paths in the package. */
export interface BilledPart {
  name: string;
  version: string;
  purl: string;
  licence: string;
  files: readonly string[];
}

interface Billed {
  name: string;
  version: string;
  licence: string;
}

const npmPurl = ({ name, version }: Billed): string =>
  `pkg:npm/${name.replace("@", "%40")}@${version}`;

const sha256 = (file: string): string =>
  createHash("sha256").update(readFileSync(file)).digest("hex");

const licences = (expression: string): object[] =>
  / /.test(expression) ? [{ expression }] : [{ license: { id: expression } }];

function component(folder: string, { name, version, purl, licence, files }: BilledPart): object {
  const address = purl.startsWith("pkg:generic") ? purl : `${purl}@${version}`;
  return {
    ...{ type: "library", "bom-ref": address, name, version, purl: address },
    licenses: licences(licence),
    components: files.map((file) => ({
      ...{ type: "file", "bom-ref": file, name: file },
      hashes: [{ alg: "SHA-256", content: sha256(join(folder, file)) }],
    })),
  };
}

/** Of a platform package that lies in `folder`. `about.licence` is that of the whole. */
export function platformBill(folder: string, about: Billed, parts: readonly BilledPart[]): object {
  const { name, version, licence } = about;
  const purl = npmPurl(about);
  const components = parts.map((part) => component(folder, part));
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.5.schema.json",
    ...{ bomFormat: "CycloneDX", specVersion: "1.5", version: 1 },
    metadata: {
      tools: [{ name: "make pack", version }],
      component: {
        type: "library",
        "bom-ref": purl,
        name,
        version,
        purl,
        licenses: licences(licence),
      },
    },
    components,
    dependencies: [
      { ref: purl, dependsOn: components.map((one) => (one as { "bom-ref": string })["bom-ref"]) },
    ],
  };
}

interface NpmBill {
  metadata: { component: { name: string; "bom-ref": string; properties?: unknown } };
}

/** Of the main package: what npm finds in the lock file of the clone, development left out. */
export function mainBill(clone: string, name: string): object {
  const args = ["sbom", "--package-lock-only", "--omit", "dev", "--sbom-format", "cyclonedx"];
  const text = execFileSync("npm", args, { cwd: clone, encoding: "utf8", maxBuffer: 1 << 26 });
  const bill = JSON.parse(text) as NpmBill;
  // npm calls the component after its folder.
  const { properties: _, ...component } = bill.metadata.component;
  return { ...bill, metadata: { ...bill.metadata, component: { ...component, name } } };
}
