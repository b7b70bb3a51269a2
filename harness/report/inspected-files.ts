import { escapeText } from '../escape.ts';
import type { FilePair, InspectedFiles } from '../measurement/inspected-files.ts';
import { differenceLines, renderInspection } from './inspection.ts';

/** Maximum length of a file name, in characters. */
const nameLength = 300;

/** Several inspections as text, one block per file. All text is escaped. Ends with a newline. */
export function renderInspectedFiles({ files, passedOver, pair }: InspectedFiles): string {
  const blocks = files.map(({ name, inspection }) => `${heading(name)}\n${renderInspection(inspection)}`);
  if (pair) blocks.push(`${pairLines(pair).join('\n')}\n`);
  if (passedOver.length > 0) {
    const reasons = passedOver.map(({ reason }) => `  ${escapeText(reason, { length: nameLength })}`);
    blocks.push(['Not read', ...reasons, ''].join('\n'));
  }
  return blocks.join('\n');
}

/** The heading that head and tail print for each of several files. */
function heading(name: string): string {
  return `==> ${escapeText(name, { length: nameLength })} <==`;
}

function pairLines({ before, after, difference, refusal }: FilePair): string[] {
  const title = heading(`from ${before} to ${after}`);
  if (difference) return [title, ...differenceLines(difference)];
  return [title, `No difference: ${escapeText(refusal ?? 'unknown', { length: nameLength })}`];
}
