// The twelve domains that ship, and what is said of a file that is none.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { FtError } from "../../../../src/core/errors.ts";
import {
  loadDomains,
  readDomainsAhead,
  shippedDomains,
  subdomainOf,
} from "../../../../src/synth/domains/catalogue.ts";
import { allSubdomains } from "../../../../src/synth/domains/domain.ts";
import { makeFolder } from "../../../support/folders.ts";

const nobody = { FT_HOME: "/nowhere" };

test("twelve domains of five subdomains each, a file each, found by key and by name", () => {
  const domains = loadDomains(nobody);
  const all = domains.all();
  expect(all.map(({ name }) => name)).toEqual([
    "Customer Support",
    "Medical Information",
    "Legal Documentation",
    "Educational Content",
    "Business Communication",
    "Technical Documentation",
    "Sales & Negotiation",
    "Financial Analysis",
    "Research Summaries",
    "Coaching & Mentoring",
    "Creative Writing",
    "Meeting Summaries",
  ]);
  expect(all.map(({ subdomains }) => subdomains.length)).toEqual(all.map(() => 5));
  for (const domain of all) {
    expect(basename(domain.file, ".yaml")).toBe(domain.key);
    expect(domain).toMatchObject({ isShipped: true });
    for (const name of [domain.key, domain.name, domain.name.replace("&", "and").toUpperCase()]) {
      expect(domains.get(name)).toBe(domain);
    }
    for (const subdomain of allSubdomains(domain)) {
      for (const name of [subdomain.key, subdomain.name, ...subdomain.also]) {
        expect(subdomainOf(domain, name)).toBe(subdomain);
      }
    }
  }
});

/** Keys by which subdomains go elsewhere: each is taken for one, or is one of its own. */
const otherKeys: Readonly<Record<string, string>> = {
  support: "tech_support account_support product_inquiry service_issue returns_refunds",
  medical:
    "patient_consultation clinical_documentation diagnostic_reasoning patient_education medical_emergency",
  legal: "contract_law litigation regulatory_compliance client_consultation intellectual_property",
  education:
    "instructional_content tutoring_session assessment_material student_feedback educational_planning",
  business: "internal_comms external_comms reporting proposals executive_comms",
  technical:
    "api_documentation user_manuals technical_specifications developer_guides reference_documentation",
  sales: "sales_pitch negotiation objection_handling discovery closing",
  financial: "investment_analysis financial_reporting market_analysis valuation risk_assessment",
  research: "literature_review methodology results_analysis research_abstract discussion_section",
  coaching:
    "career_coaching skills_development performance_coaching leadership_development life_coaching",
  creative: "narrative dialogue descriptive character_development creative_nonfiction",
  meetings: "executive_meetings team_meetings client_meetings project_meetings decision_records",
};

/** The five of each domain as the document that lists them puts it. */
const listed: Readonly<Record<string, string>> = {
  support: "tech support, account, returns, billing, complaints",
  medical: "consultations, clinical, diagnostics, patient ed, research",
  legal: "contracts, litigation, compliance, IP, real estate",
  education: "instructional, tutoring, assessments, curriculum, workshops",
  business: "internal, external, reports, proposals, negotiations",
  technical: "API docs, manuals, specs, troubleshooting, architecture",
  sales: "pitches, objections, discovery, closing, upselling",
  financial: "investment, market, risk, budgeting, audits",
  research: "literature, methodology, findings, meta-analysis, proposals",
  coaching: "career, skills, performance, leadership, life",
  creative: "narrative, dialogue, descriptive, character, worldbuilding",
  meetings: "executive, team, project, client, board",
};

test("both sets of subdomain names are taken; the five listed ones are those that are shown", () => {
  const domains = loadDomains(nobody);
  for (const [key, names] of Object.entries(otherKeys)) {
    const found = names.split(" ").map((name) => subdomainOf(domains.get(key), name).key);
    expect(new Set(found).size).toBe(5);
  }
  for (const [key, names] of Object.entries(listed)) {
    const domain = domains.get(key);
    const found = names.split(", ").map((name) => subdomainOf(domain, name));
    expect(found).toEqual(domain.subdomains);
  }
  expect(subdomainOf(domains.get("Customer Support"), "Technical Support").key).toBe(
    "technical_support",
  );
});

/** Throws away the folders it says. */
function refused(run: () => unknown): FtError {
  try {
    run();
  } catch (error) {
    if (error instanceof FtError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

test("what is not there is named with what is near", () => {
  const domains = loadDomains(nobody);
  expect(refused(() => domains.get("medicl"))).toMatchObject({
    code: "FT-DOMAIN-002",
    exitCode: 2,
    message: 'there is no domain "medicl"; did you mean medical?',
  });
  expect(refused(() => subdomainOf(domains.get("legal"), "litigaton"))).toMatchObject({
    code: "FT-DOMAIN-003",
    message: 'legal has no subdomain "litigaton"; did you mean litigation?',
  });
  expect(refused(() => loadDomains(nobody, "/nowhere/at/all"))).toMatchObject({
    code: "FT-DOMAIN-005",
  });
});

const support = readFileSync(join(shippedDomains(), "support.yaml"), "utf8");

/** A folder with the domain of support, changed. */
function changed(change: (text: string) => string, name = "bakery.yaml"): string {
  const folder = makeFolder();
  writeFileSync(join(folder, name), change(support));
  return folder;
}

const lineOf = (text: string, words: string): number =>
  text.split("\n").findIndex((line) => line.includes(words)) + 1;

test.each([
  [
    "weights that do not add up",
    (text: string) => text.replace("edge_case: { weight: 5", "edge_case: { weight: 6"),
    { line: lineOf(support, "scenario:") + 2, field: "parameters.scenario.values" },
    "weights must add up to 100, but add up to 101",
  ],
  [
    "a key that means nothing",
    (text: string) => text.replace("focus:", "focuss: x\n    focus:"),
    { line: lineOf(support, "focus:"), field: "subdomains.1.focuss" },
    "means nothing here",
  ],
  [
    "a rule about a value that is not there",
    (text: string) => text.replace("values: [question_answer]", "values: [question_anser]"),
    { line: lineOf(support, "values: [question_answer]"), field: "exchanges.when.1.values" },
    "conversation_type has no value question_anser",
  ],
  [
    "a name that two subdomains have",
    (text: string) => text.replace("key: billing", "key: returns"),
    { line: lineOf(support, "key: billing"), field: "subdomains.4" },
    "another subdomain is called returns too",
  ],
  [
    "a common parameter that is none",
    (text: string) => `${text}leaves_out: [weather]\n`,
    { line: support.split("\n").length, field: "leaves_out.1" },
    "weather is no parameter that all domains share",
  ],
  [
    "a text that is no YAML",
    (text: string) => text.replace("name: Customer Support", "name: {Customer"),
    { line: 3, field: undefined },
    /./,
  ],
])("%s: file, line and field are named", (_, change, at, message) => {
  const folder = changed(change);
  const error = refused(() => loadDomains(nobody, folder));
  expect(error).toMatchObject({ code: "FT-DOMAIN-001", exitCode: 3 });
  const told = { file: join(folder, "bakery.yaml"), ...at };
  if (typeof message === "string") {
    expect(error.at).toEqual(told);
    expect(error.message.endsWith(`: ${message}`)).toBe(true);
  } else expect(error.at?.file).toBe(told.file);
});

test("several faults are told at once", () => {
  const folder = changed((text) =>
    text.replace("context: >-", "contxt: >-").replace("least: 2", "least: 9"),
  );
  const { problems } = refused(() => loadDomains(nobody, folder));
  expect(problems.join("\n")).toMatch(/context: .*\n.*|contxt: means nothing here/);
  expect(problems.join("\n")).toContain("least must not exceed most");
});

test("a domain of one's own is one file; one of a known key stands for that", () => {
  const home = makeFolder();
  mkdirSync(join(home, "domains"));
  const bakery = support
    .replace("key: support", "key: bakery")
    .replace("Customer Support", "Bakery");
  writeFileSync(join(home, "domains", "bakery.yaml"), bakery);
  const folder = changed((text) => text.replace("name: Customer Support", "name: Our Help Desk"));
  const domains = loadDomains({ FT_HOME: home }, folder);
  expect(domains.all()).toHaveLength(13);
  expect(domains.get("Bakery")).toMatchObject({ key: "bakery", isShipped: false });
  expect(domains.get("support").name).toBe("Our Help Desk");
  writeFileSync(join(folder, "again.yaml"), support);
  expect(refused(() => loadDomains(nobody, folder)).message).toContain("is support already");
});

test("a file whose text is as before is not parsed again, one that has changed is", () => {
  const folder = changed((text) => text);
  const subdomains = () => loadDomains(nobody, folder).get("support").subdomains;
  const before = subdomains();
  expect(subdomains()).toBe(before);
  const file = join(folder, "bakery.yaml");
  // of the same length, in the same moment
  writeFileSync(file, readFileSync(file, "utf8").replace("Customer Support", "Customer Suppers"));
  const after = loadDomains(nobody, folder).get("support");
  expect([after.name, after.subdomains === before]).toEqual(["Customer Suppers", false]);
  writeFileSync(file, "key: [");
  expect(refused(() => loadDomains(nobody, folder)).code).toBe("FT-DOMAIN-001");
});

test("files are parsed ahead, ones with faults passed over, and not once the program ends", async () => {
  const home = makeFolder();
  mkdirSync(join(home, "domains"));
  const own = join(home, "domains", "bakery.yaml");
  writeFileSync(own, "key: [");
  const { signal } = new AbortController();
  await readDomainsAhead({ FT_HOME: home }, signal);
  expect(refused(() => loadDomains({ FT_HOME: home })).at?.file).toBe(own);
  await readDomainsAhead({ FT_HOME: home }, AbortSignal.abort());
});
