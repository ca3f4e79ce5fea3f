// What questions and answers are called before they are put and given, by language.
import { wordList } from "./word-list.ts";

/** Of each language what stands before a question, and what before an answer. */
const questionWords: Readonly<Record<string, readonly [question: string, answer: string]>> = {
  en: ["q, question, ques, query", "a, answer, ans, reply, response"],
  de: ["f, frage", "a, antwort"],
  fr: ["q, question", "r, réponse, rép"],
  es: ["p, pregunta", "r, respuesta"],
  ca: ["p, pregunta", "r, resposta"],
  pt: ["p, pergunta", "r, resposta"],
  it: ["d, domanda", "r, risposta"],
  ro: ["î, întrebare", "r, răspuns"],
  tr: ["s, soru", "c, cevap, y, yanıt"],
  nl: ["v, vraag", "a, antwoord"],
  sv: ["f, fråga", "s, svar"],
  da: ["spm, spørgsmål", "svar"],
  no: ["spm, spørsmål", "svar"],
  fi: ["k, kysymys", "v, vastaus"],
  pl: ["p, pytanie", "o, odpowiedź"],
  cs: ["otázka", "odpověď"],
  hu: ["k, kérdés", "v, válasz"],
  id: ["t, tanya, pertanyaan, soalan", "j, jawab, jawaban"],
  vi: ["h, hỏi, câu hỏi", "đ, đáp, trả lời"],
  ru: ["в, вопрос", "о, ответ"],
  uk: ["п, питання, запитання", "в, відповідь"],
  el: ["ε, ερώτηση", "α, απάντηση"],
  zh: ["问, 問, 问题, 問題, 提问, 提問", "答, 答案, 回答, 答复, 答覆"],
  ja: ["q, 質問, 問, 問い", "a, 回答, 答え, 答"],
  ko: ["q, 질문, 문", "a, 답변, 답, 대답"],
  ar: ["س, سؤال, السؤال", "ج, جواب, الجواب, الإجابة, إجابة"],
  fa: ["س, سوال, پرسش", "ج, جواب, پاسخ"],
  he: ["ש, שאלה", "ת, תשובה"],
  hi: ["प्र, प्रश्न, सवाल", "उ, उत्तर, जवाब"],
  th: ["ถาม, คำถาม", "ตอบ, คำตอบ"],
};

/** Languages in which a word is said before a question, and before an answer. */
export interface QuestionSides {
  readonly question: ReadonlySet<string>;
  readonly answer: ReadonlySet<string>;
}

function indexed(): Map<string, QuestionSides> {
  const found = new Map<string, { question: Set<string>; answer: Set<string> }>();
  const at = (word: string): { question: Set<string>; answer: Set<string> } => {
    const sides = found.get(word) ?? { question: new Set(), answer: new Set() };
    found.set(word, sides);
    return sides;
  };
  for (const [language, [question, answer]] of Object.entries(questionWords)) {
    for (const word of wordList(question)) at(word).question.add(language);
    for (const word of wordList(answer)) at(word).answer.add(language);
  }
  return found;
}

const sidesByWord = indexed();

/** Of a folded word without its number: `question` of `Question 3`. */
export function questionSides(stem: string): QuestionSides | undefined {
  return sidesByWord.get(stem);
}

/** Whether both words belong to one language: `F` and `A`, `P` and `R`, never `Q` and `C`. */
export function shareLanguage(question: QuestionSides, answer: QuestionSides): boolean {
  for (const language of question.question) if (answer.answer.has(language)) return true;
  return false;
}
