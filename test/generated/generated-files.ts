import { errorCodes, meaningOf } from '../../harness/error-codes.ts';
import { exitCodeOf } from '../../harness/exit-code.ts';
import { matrixJsonSchemaText, matrixSchemaFile } from '../../harness/matrix/json-schema.ts';
import { reportJsonSchemaText, reportSchemaFile } from '../../harness/report/report-schema.ts';

/** A committed file that is made from the source, so that it cannot disagree with it. */
export interface GeneratedFile {
  /** Below the project's folder. */
  path: string;
  text(): string;
}

/** All of them; `npm run generate` writes them, and a test fails while one is stale. */
export const generatedFiles: readonly GeneratedFile[] = [
  { path: matrixSchemaFile, text: matrixJsonSchemaText },
  { path: reportSchemaFile, text: reportJsonSchemaText },
  { path: 'harness/error-codes.md', text: errorReference },
];

/** The table of error codes for people. */
function errorReference(): string {
  const codes = Object.keys(errorCodes) as (keyof typeof errorCodes)[];
  const rows = codes.map(code => {
    const { fault, meaning } = meaningOf(code);
    return `| \`${code}\` | ${fault} | ${exitCodeOf(code)} | ${meaning} |`;
  });
  return `${errorHead}\n${rows.join('\n')}\n`;
}

const errorHead = `<!-- Generated from error-codes.ts by \`npm run generate\`; do not edit. -->
# Error codes

modstorm prints an error as \`modstorm: SENTENCE [CODE]\`, followed by evidence and a hint. The sentence may change; the
code does not, so scripts may match it. An error is the fault of the \`user\` (command line, matrix, input), the \`kernel\`
(it does not configure or build, or lacks what it must have), the \`guest\` (it broke a contract), or the \`harness\` (the
host or modstorm itself). The exit code is that of a command that ends with the error. An error inside one trial becomes
the outcome of that trial, and the other trials continue.

| code | fault | exit | meaning |
|---|---|---|---|`;
