/** Joins blocks of lines, separated by empty lines; empty blocks are skipped. Ends with a newline. */
export function blockText(blocks: readonly (readonly string[])[]): string {
  return `${blocks
    .filter(block => block.length > 0)
    .map(block => block.join('\n'))
    .join('\n\n')}\n`;
}
