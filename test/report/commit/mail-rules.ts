import type { Test } from 'tap';

/** What every text of `--format commit` keeps, whatever stands in the run. */
export function checkMailText(t: Test, text: string, message: string): void {
  const lines = text.slice(0, -1).split('\n');
  t.equal(text.at(-1), '\n', `${message}: ends its last line`);
  t.notMatch(text, /[^\n\x20-\x7e]/, `${message}: printable ASCII without tabs`);
  t.strictSame(
    lines.filter(line => line.length > 72),
    [],
    `${message}: at most 72 columns`,
  );
  t.strictSame(
    lines.filter(line => line !== '' && !/^ {2}.*\S$/.test(line)),
    [],
    `${message}: indented by two, no blanks at ends`,
  );
  t.notMatch(text, /\n\n\n/, `${message}: one empty line between blocks`);
  t.notMatch(
    text,
    /^\s*(?:diff |--- a|\+\+\+ b|@@ -|signed-off-by:|# )/im,
    `${message}: nothing that git or checkpatch take for theirs`,
  );
}
