// What codes mean whose message or hint is put together when it happens, so that the sources alone do not say it: those
// of the addon, and those of errors.ts's page that would read "…" and nothing else. Not where errors are made.

export interface Meaning {
  message: string;
  hint: string;
}

/** The addon's codes. */
export const nativeMeanings: Readonly<Record<string, Meaning>> = {
  "FT-NATIVE-OP": {
    message: "MLX refused an operation; the message names it and its arguments",
    hint: "check the shapes and types of the arguments; docs/reference/ops.md lists what each operation takes",
  },
  "FT-NATIVE-HANDLE": {
    message: "the array was freed, belongs to another Worker, or does not exist",
    hint: "use an array in the scope that made it, or return it from that scope",
  },
  "FT-NATIVE-ARGUMENT": {
    message: "an argument of the wrong kind, number or range",
    hint: "docs/reference/ops.md lists what each operation takes",
  },
  "FT-NATIVE-SCOPE": {
    message: "the scope is not open, or was left open",
    hint: "close scopes in the reverse order of opening; mx.scope does so by itself",
  },
  "FT-NATIVE-ENVIRONMENT": {
    message: "too many Workers have used the addon in this process",
    hint: "start a new process",
  },
  "FT-NATIVE-VERSION": {
    message: "the addon was built for another version of MLX than the one found",
    hint: "build it again: ./setup.sh",
  },
};

const report =
  "run the command again with --verbose to see where; report it with the output of ft info";
const weights = "download or copy the file again; it may have been cut off or damaged on the way";

/** Stand in where a code's message or hint says nothing but "…". */
export const computedMeanings: Readonly<Record<string, Partial<Meaning>>> = {
  "FT-ADAPTER-012": { hint: "use more bits (--quant q8_0), or leave --quant out" },
  "FT-CONFIG-006": { message: "an environment variable that begins with FT_ names no option" },
  "FT-CONFIG-METHOD": { message: "the trainer class does not support this method" },
  "FT-CONSTRAINT-002": { hint: "docs/constraints.md lists what is supported" },
  "FT-DATA-006": {
    message: "… rows cannot be used (… problems): each is listed with its line and the reason",
    hint: "fix these lines, or leave them out; rename columns with ft data prepare FILE -o rows.jsonl --columns prompt=…,completion=…",
  },
  "FT-DATA-031": {
    hint: "choose the --method that learns from rows of this kind, or convert them",
  },
  "FT-EVAL-005": { hint: 'each row needs "prediction", and "reference" or "references"' },
  "FT-EVAL-015": { hint: "each line of the task's file is one JSON object" },
  "FT-FILE-…": {
    message: "the system refused to read or write a file, for the reason that the code ends with",
    hint: "free space, change the file's permissions, or name another path",
  },
  "FT-GENERATE-003": { hint: "ft generate --help lists the options and their ranges" },
  "FT-HOST-024": { hint: "check that the token may start jobs, and that the account has credit" },
  "FT-JOB-UNEXPECTED": { message: "a job ended with an error that ft does not know", hint: report },
  "FT-LEDGER-001": {
    message: "the budget … allows no call of up to …: … is spent, … reserved for calls under way",
    hint: "raise the budget and run the same command again: what is paid for is not paid again",
  },
  "FT-MODEL-006": { hint: weights },
  "FT-MODEL-011": { hint: "print the model's layers with ft models info MODEL" },
  "FT-MODEL-035": { hint: "choose an encoder of type bert, such as builtin/minilm" },
  "FT-MODEL-036": { hint: weights },
  "FT-MODEL-037": {
    hint: "choose an encoder that pools by mean, first or max, such as builtin/minilm",
  },
  "FT-NATIVE-001": { hint: "build it: ./setup.sh; ft doctor says what is missing" },
  "FT-PULL-002": { message: "a row of the dataset cannot be read" },
  "FT-REVIEW-003": { message: "the corrected messages do not fit the document" },
  "FT-REVIEW-005": { message: "the review cannot do this now", hint: "reload the review" },
  "FT-RUN-UNEXPECTED": { message: "a run ended with an error that ft does not know", hint: report },
  "FT-SERVE-002": { hint: "start the server again: ft serve MODEL" },
  "FT-SERVE-003": { hint: "send a prompt, or messages, that are not empty" },
  "FT-SERVE-005": { hint: "use token ids below the model's vocabulary size" },
  "FT-SERVE-007": { hint: "load the adapter again: POST /v1/adapters" },
  "FT-SERVE-010": {
    hint: "serve a model that supports this, or leave that part of the request out",
  },
  "FT-SERVE-UNEXPECTED": {
    message: "the server failed in a way that ft does not know",
    hint: report,
  },
  "FT-SETTINGS-001": { message: "the settings file cannot be read" },
  "FT-SOURCE-003": { hint: "convert it to text, Markdown, HTML, PDF or DOCX" },
  "FT-SOURCE-004": { hint: "save, export or download the file again" },
  "FT-SOURCE-005": { hint: "split the document, or leave that part out" },
  "FT-SOURCE-006": { hint: "save the document in another format, or split it" },
  "FT-SOURCE-007": { hint: "scanned pages need text recognition (OCR) first" },
  "FT-SOURCE-008": { hint: "remove the password or the copy protection, and save the file again" },
  "FT-SOURCE-009": { hint: "name the file itself, if it should be read" },
  "FT-SOURCE-010": { hint: "ls -l FILE shows its permissions" },
  "FT-SOURCE-011": { message: "the text is not UTF-8; the note says which encoding was used" },
  "FT-THREAD-002": { message: "a helper thread ended before it answered", hint: report },
  "FT-TRAIN-005": {
    message: "training is estimated to need … of memory, and … are free",
    hint: "one of the changes that are listed with the memory that they would need; --force tries it as it is",
  },
  "FT-TRY-005": { message: "the blind comparison is not possible" },
  "FT-TUNING-003": { hint: "docs/tuning-api.md lists what is supported" },
  "FT-USAGE-001": {
    message: "the command line has an unknown command or option, or an argument is missing",
    hint: "the --help of the command that was meant",
  },
  "FT-USAGE-004": { message: "two options that set the same thing are both given" },
  "FT-USAGE-015": {
    message: "this option does not apply to the quantization that was chosen",
    hint: "the option that does the same there",
  },
  "FT-WEIGHTS-011": {
    message: "there are no weights in this folder",
    hint: "name a folder with config.json and safetensors, or a .gguf file",
  },
  "FT-WEIGHTS-012": {
    message: "the weights in this folder are in a form that ft does not read",
    hint: "convert them to safetensors or GGUF",
  },
  "FT-WEIGHTS-002": { message: "the safetensors file is truncated or malformed", hint: weights },
  "FT-WEIGHTS-003": { hint: weights },
  "FT-WEIGHTS-004": { hint: weights },
  "FT-WEIGHTS-005": { hint: weights },
  "FT-WEIGHTS-013": { hint: weights },
  "FT-WEIGHTS-016": { hint: weights },
  "FT-WEIGHTS-039": {
    message: "the model on the hub has no weights that ft reads",
    hint: "choose another model, with safetensors or GGUF",
  },
  "FT-WEIGHTS-050": { hint: weights },
  "FT-WEIGHTS-051": { hint: weights },
  "FT-WEIGHTS-052": { hint: weights },
  "FT-WEIGHTS-053": { hint: weights },
  "FT-WEIGHTS-054": { message: "the metadata of the GGUF file is malformed", hint: weights },
  "FT-WEIGHTS-060": { hint: weights },
  "FT-WEIGHTS-061": { hint: weights },
  "FT-WEIGHTS-062": { hint: "convert the file to safetensors where it came from" },
  "FT-WEIGHTS-064": { hint: weights },
};
