import { HarnessError } from '../errors.ts';
import { escapeText } from '../escape.ts';

/** An error for people: the sentence, its code, the evidence indented, the hint. A stack only for our own defects. */
export function renderError(error: unknown): string {
  if (!(error instanceof HarnessError)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `modstorm: a defect of modstorm itself (please report it):\n${indent(text)}\n`;
  }
  const [sentence, ...more] = error.message.trimEnd().split('\n');
  const lines = [`modstorm: ${sentence} [${error.code}]`, ...more];
  if (error.evidence?.trim())
    lines.push(indent(escapeText(error.evidence.trimEnd(), { multiline: true, length: 8000 })));
  if (error.hint) lines.push(`  hint: ${error.hint}`);
  return `${lines.join('\n')}\n`;
}

function indent(text: string): string {
  return text
    .split('\n')
    .map(line => `    ${line}`)
    .join('\n');
}
