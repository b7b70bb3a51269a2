import { LineWriter, type SourceText, withText } from './source-text.ts';

const escapeCharacter = String.fromCharCode(0x1b);
const bell = String.fromCharCode(0x07);
const backspace = String.fromCharCode(0x08);

/** Control sequences (ECMA-48): CSI, OSC and short ones. The parameters of CSI and its final byte are groups. */
const sequences = new RegExp(
  [
    `(?:${escapeCharacter}\\[|\\u009b)([0-?]{0,64})[ -/]{0,4}([@-~])`,
    `${escapeCharacter}\\][^${bell}${escapeCharacter}\\n]{0,4096}(?:${bell}|${escapeCharacter}\\\\)?`,
    `${escapeCharacter}[PX^_][^${escapeCharacter}\\n]{0,4096}(?:${escapeCharacter}\\\\)?`,
    `${escapeCharacter}[ -/]{0,4}[0-~]`,
    escapeCharacter,
  ].join('|'),
  'g',
);

/** Sequences that move the cursor to another line. */
const lineMoves = /[ABEFHdf]/;
/** Control characters that do not belong in a log: all except tab, newline and carriage return. */
const controls = /[^\P{Cc}\t\n\r]/u;

/** Removes colours and cursor movements of a terminal, and overstruck characters. */
export function undoTerminal(source: SourceText): SourceText {
  return undoControls(undoSequences(source));
}

function undoSequences(source: SourceText): SourceText {
  if (!source.text.includes(escapeCharacter) && !source.text.includes('\u009b')) return source;
  const writer = new LineWriter(source);
  let count = 0;
  for (const [index, line] of source.text.split('\n').entries()) {
    const plain = line.replace(sequences, (_sequence, parameters?: string, last?: string) => {
      count++;
      if (last !== undefined && lineMoves.test(last)) return '\n';
      if (last === 'C') return ' '.repeat(Math.min(Number.parseInt(parameters ?? '', 10) || 1, 200));
      return '';
    });
    writer.add(plain, index + 1);
  }
  return writer.finish('terminal sequences', count);
}

function undoControls(source: SourceText): SourceText {
  if (!controls.test(source.text)) return source;
  let count = 0;
  const lines = source.text.split('\n').map(line => {
    if (!controls.test(line)) return line;
    const characters: string[] = [];
    let column = 0;
    for (const character of line) {
      if (!controls.test(character)) {
        characters[column++] = character;
        continue;
      }
      count++;
      if (character === backspace) column = Math.max(0, column - 1);
    }
    return characters.join('').trimEnd();
  });
  return withText(source, lines.join('\n'), 'control characters', count);
}

/** Splits lines at carriage returns, as left by serial consoles and progress bars. */
export function undoCarriageReturns(source: SourceText): SourceText {
  if (!/\r(?!\n|$)/.test(source.text)) return source;
  const writer = new LineWriter(source);
  let count = 0;
  for (const [index, line] of source.text.split('\n').entries()) {
    const parts = line.replace(/^\r+|\r+$/g, '').split(/\r+/);
    count += parts.length - 1;
    writer.add(parts.length === 1 ? line.replace(/^\r+/, '') : parts.join('\n'), index + 1);
  }
  return writer.finish('carriage returns within lines', count);
}
