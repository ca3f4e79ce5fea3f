// Answers without calls: thoughts between <think> and </think>, and the rest. What is taken where a template shows
// nothing else.
import { type AnswerFormat, think, thoughtMarks } from "../format.ts";

const thoughts = [think];

export const plain: AnswerFormat = { name: "plain", thoughts, marks: thoughtMarks(thoughts) };
