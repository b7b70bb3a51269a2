import { LineWriter, type SourceText, withText } from './source-text.ts';

/** ESC in any spelling: by `cat -v`, `less`, C, JSON, rsyslog, or as the glyph of code page 437. */
const spelt =
  /(?:\\u001[bB]|\\x1[bB]|\\033|\\e|\^\[|#033|ESC|\u241b|\u2190)(?=\[[0-?]{0,20}[A-Za-z]|\]\d{1,3};|\(B)/g;
/** Colours without their ESC, as in pasted CI logs: `[0;32m  OK  [0m`. */
const bare = /\[(?:\d{1,2}(?:;\d{1,3}){0,4}m|[mK](?!\w))/g;
const certainBare = /\[(?:0|\d{1,2};\d{1,3}(?:;\d{1,3}){0,3}|[013-9]\d)m/;

/** Decodes `cat -A`, backslash escapes of JSON and C, and `#012` of syslog daemons. */
export function undoEscapes(source: SourceText): SourceText {
  return undoBareColours(undoBackslashes(undoSyslogEscapes(undoCatMarks(undoSpeltEscapes(source)))));
}

/** Turns a spelled-out ESC into the real one, so that the terminal step removes its sequence. */
function undoSpeltEscapes(source: SourceText): SourceText {
  let count = 0;
  const text = source.text.replace(spelt, () => {
    count++;
    return '\u001b';
  });
  return withText(source, text, 'spelled-out ESC', count);
}

function undoBareColours(source: SourceText): SourceText {
  if (!certainBare.test(source.text)) return source;
  let count = 0;
  // With ESC before it, it is not bare but left to the terminal step.
  const text = source.text.replace(bare, (colour, at: number) => {
    if (source.text[at - 1] === '\u001b') return colour;
    count++;
    return '';
  });
  return withText(source, text, 'colours', count);
}

/** `cat -A`, `-e`, `-v` and `-t`: `$` at the ends of lines, `^I` for tabs, `M-` before bytes above 127. */
function undoCatMarks(source: SourceText): SourceText {
  const ends = source.text.match(/\$\r?$/gm)?.length ?? 0;
  const lines = source.text.match(/[^\n]\r?$/gm)?.length ?? 0;
  const marked = ends > 0 && ends >= lines * 0.9;
  if (!marked && !/\^[IM](?![a-z])/.test(source.text)) return source;
  let count = 0;
  const text = source.text.split('\n').map(line => {
    let plain = line;
    if (marked) plain = plain.replace(/(?:\^M)*\$\r?$/, '').replace(/(?:M-(?:\^[@-_?]|[ -~]))+/g, highBytes);
    plain = plain.replace(marked ? /\^I/g : /\^I(?![a-z])/g, '\t').replace(/(?:\^M)+$/, '');
    if (plain !== line) count++;
    return plain;
  });
  return withText(source, text.join('\n'), 'cat -A marks', count);
}

/** Decodes `M-BM- ` and the like: bytes above 127, as UTF-8. */
function highBytes(marks: string): string {
  const bytes = [...marks.matchAll(/M-(?:\^([@-_?])|([ -~]))/g)].map(([, control, plain]) =>
    control === undefined ? (plain ?? '').charCodeAt(0) + 0x80 : (control.charCodeAt(0) ^ 0x40) + 0x80,
  );
  return Buffer.from(bytes).toString('utf8');
}

/** rsyslog and syslog-ng write control characters as `#` and three octal digits. */
function undoSyslogEscapes(source: SourceText): SourceText {
  if (!/#01[125]/.test(source.text)) return source;
  const writer = new LineWriter(source);
  let count = 0;
  for (const [index, line] of source.text.split('\n').entries()) {
    const plain = line.replace(/#01([125])(?!\d)/g, (_escape, digit: string) => {
      count++;
      if (digit === '1') return '\t';
      return digit === '2' ? '\n' : '\r';
    });
    writer.add(plain, index + 1);
  }
  return writer.finish('syslog escapes', count);
}

/** Decodes a text that was quoted as a string: it has more newlines spelled `\n` than real ones. */
function undoBackslashes(source: SourceText): SourceText {
  const spelled = source.text.match(/\\n/g)?.length ?? 0;
  if (spelled < 2 || spelled < 2 * (source.text.match(/\n/g)?.length ?? 0)) return source;
  const writer = new LineWriter(source);
  let count = 0;
  for (const [index, line] of source.text.split('\n').entries()) {
    const plain = line.replace(
      /\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([nrt"'\\/]))/g,
      (_escape, wide?: string, byte?: string, letter?: string) => {
        count++;
        if (letter === undefined) return String.fromCharCode(Number.parseInt(wide ?? byte ?? '', 16));
        return letters[letter] ?? letter;
      },
    );
    writer.add(plain, index + 1);
  }
  return writer.finish('backslash escapes', count);
}

const letters: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
