/** Blocks of lines as a text, one empty line between two blocks; empty blocks leave none. Ends with a newline. */
export function blockText(blocks: readonly (readonly string[])[]): string {
  return `${blocks
    .filter(block => block.length > 0)
    .map(block => block.join('\n'))
    .join('\n\n')}\n`;
}
