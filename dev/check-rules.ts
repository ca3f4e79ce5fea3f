// Runs every repository rule and names all that is broken.
import { rules } from "./checks/index.ts";
import { repository } from "./checks/repository.ts";

const here = repository(process.cwd());
let broken = 0;
for (const rule of rules) {
  const problems = rule.check(here);
  if (problems.length === 0) continue;
  broken += 1;
  console.log([`${rule.name}:`, ...problems.map((problem) => `  ${problem}`)].join("\n"));
}
if (broken === 0) console.log(`note: ${rules.length} rules, ${here.files.length} files`);
process.exitCode = broken === 0 ? 0 : 1;
