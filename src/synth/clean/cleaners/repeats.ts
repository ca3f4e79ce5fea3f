// Answers that give the question back, and answers that go round in circles.
import { type Cleaner, drop, exchangesIn } from "../cleaner.ts";
import { editSimilarity } from "../duplicates/edit-similarity.ts";
import { normalText } from "../duplicates/normal-text.ts";

const alike = 0.9;
/** Shorter questions are taken up in a good answer. */
const leastQuestion = 12;
const longest = 4000;

function givesBack(question: string, answer: string): boolean {
  const [asked, said] = [
    normalText(question.slice(0, longest)),
    normalText(answer.slice(0, longest)),
  ];
  if (asked.length < leastQuestion) return false;
  // taken up and answered: what follows counts
  if (said.startsWith(asked)) return said.length < 1.1 * asked.length;
  return editSimilarity(asked, said, alike) >= alike;
}

const leastPart = 12;
/** As often is a part said before the answer goes round in circles. */
const mostSaid = 4;

/** The sentence or line that is said too often, where such make up half of the answer. */
function circle(answer: string): string | undefined {
  const counts = new Map<string, number>();
  let repeated = 0;
  for (const part of answer.split(/[\n.!?。！？]/)) {
    const plain = part.trim();
    if (plain.length < leastPart) continue;
    const count = (counts.get(plain) ?? 0) + 1;
    counts.set(plain, count);
    if (count > 1) repeated += plain.length;
  }
  const [most] = [...counts].toSorted(([, a], [, b]) => b - a);
  return most !== undefined && most[1] >= mostSaid && 2 * repeated > answer.length
    ? most[0]
    : undefined;
}

export const repeats: Cleaner = {
  about: "answers that repeat the question or themselves",
  prepare:
    () =>
    ({ said }) => {
      for (const { question, answer } of exchangesIn(said)) {
        if (givesBack(question, answer)) return drop("the answer repeats the question");
        const again = circle(answer);
        if (again !== undefined) return drop(`the answer repeats itself: ${again.slice(0, 60)}`);
      }
      return [];
    },
};
