/**
 * The innermost objects of a JSON text, with the 1-based lines on which they begin; unclosed ones are left out. For
 * truncated texts, which a parser rejects as a whole. One pass over the text.
 */
export function* innermostObjects(text: string): Generator<{ json: string; line: number }> {
  let open: { start: number; line: number } | undefined;
  let line = 1;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = stringEnd(text, at);
    else if (character === '\n') line++;
    else if (character === '{') open = { start: at, line };
    else if (character === '}' && open) {
      yield { json: text.slice(open.start, at + 1), line: open.line };
      open = undefined;
    }
  }
}

/** The closing quote of a string, or the last character of its line. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === '"') return at;
    else if (character === '\n') return at - 1;
  }
  return text.length;
}
