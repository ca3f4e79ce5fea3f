// How the paragraph begins that stands under a list of questions and belongs to none of them.
import { folded } from "../text/characters.ts";
import { wordList } from "./word-list.ts";

const closings = wordList(
  "if you have, if your question, still have, for more information, for further, contact us, please contact, last updated",
  "any other questions, have another question, more questions, hope this helps, thank you for, thanks for reading, this document",
  "haben sie weitere, weitere fragen, noch fragen, kontakt, stand, si vous avez, pour plus d'informations, pour toute autre",
  "si tiene, para más información, más preguntas, başka sorunuz, daha fazla bilgi, bize ulaşın, se tiver, per ulteriori",
  "如有其他, 如果您还有, 更多信息, 联系我们, その他, если у вас",
);

export function closes(paragraph: string): boolean {
  const begin = folded(paragraph.slice(0, 40)).replace(/^[^\p{L}]+/u, "");
  return closings.some((words) => begin.startsWith(words));
}
