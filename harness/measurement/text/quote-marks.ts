const marks = /^(?:[ \t]{0,4}>){1,16} ?/;

/** A line without the `>` of quoting mails. For steps that read a text as a whole, before the lines of a log are read. */
export function withoutQuoteMarks(line: string): string {
  return line.replace(marks, '');
}
