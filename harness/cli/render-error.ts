import { namedError } from '../errors.ts';
import { escapeText } from '../escape.ts';

/** An error as text: the message, its code, the indented evidence, the hint; never a stack trace. */
export function renderError(error: unknown): string {
  const { message, code, evidence, hint } = namedError(error);
  const [sentence = '', ...more] = shown(message).split('\n');
  const lines = [`modstorm: ${sentence} [${code}]`, ...more];
  if (evidence?.trim()) lines.push(indent(shown(evidence)));
  if (hint) lines.push(`  hint: ${shown(hint)}`);
  return `${lines.join('\n')}\n`;
}

/** Paths, labels and lines of files may be in it: all of it is escaped, and bounded. */
function shown(text: string): string {
  return escapeText(text.trimEnd(), { multiline: true, length: 8000 });
}

function indent(text: string): string {
  return text
    .split('\n')
    .map(line => `    ${line}`)
    .join('\n');
}
