import { Document, isMap, isPair, isSeq, visit } from 'yaml';

/**
 * A value as YAML with comments, which explain it to whoever adapts it.
 * @param head comment at the top
 * @param comments by the path of the key or list item that they precede: `jobs.boot.steps.2`
 * @throws Error if a path leads nowhere: a bug of the caller
 */
export function yamlText(value: unknown, head: string, comments: Readonly<Record<string, string>>): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  document.commentBefore = asComment(head);
  for (const [path, text] of Object.entries(comments)) comment(document, path.split('.'), asComment(text));
  visit(document, {
    // Scripts of several lines are read as blocks.
    Scalar: (_, node) => {
      if (typeof node.value === 'string' && node.value.includes('\n')) node.type = 'BLOCK_LITERAL';
    },
  });
  return document.toString({ lineWidth: 0 });
}

function comment(document: Document, path: readonly string[], text: string): void {
  const place = path.at(-1) ?? '';
  const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
  const node = isSeq(parent)
    ? parent.items[Number(place)]
    : isMap(parent)
      ? parent.items.find(item => isPair(item) && String(item.key) === place)?.key
      : undefined;
  if (typeof node !== 'object' || node === null) throw new Error(`${path.join('.')} is not in the text`);
  (node as { commentBefore?: string }).commentBefore = text;
}

function asComment(text: string): string {
  return text
    .split('\n')
    .map(line => (line === '' ? '' : ` ${line}`))
    .join('\n');
}
