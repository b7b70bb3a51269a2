const marks = /^(?:[ \t]{0,4}>){1,16} ?/;

/** A line without the `>` of mails that quote it. For texts that are read as a whole, before the lines of a log are. */
export function withoutQuoteMarks(line: string): string {
  return line.replace(marks, '');
}
