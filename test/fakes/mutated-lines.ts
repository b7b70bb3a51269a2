import { makeRandom } from '../../harness/random.ts';

const pieces = [
  '',
  ' ',
  '\u0000',
  '\u202e',
  '"',
  '-1',
  '9'.repeat(30),
  '[000]',
  ' => ',
  '0x',
  ': ',
  '\u001b[31m',
  ')',
];

/**
 * Lines of a text, each with some characters dropped, doubled, replaced or moved; the same seed gives the same lines.
 * @param count number of lines
 */
export function* mutatedLines(text: string, count: number, seed: number): Generator<string> {
  const random = makeRandom(seed);
  const lines = text.split('\n');
  const below = (limit: number) => Math.floor(random.uniform() * limit);
  for (let made = 0; made < count; made++) {
    let line = lines[below(lines.length)] ?? '';
    for (let edits = below(4); edits > 0; edits--) {
      const at = below(line.length + 1);
      const piece =
        random.uniform() < 0.5 ? (pieces[below(pieces.length)] ?? '') : line.slice(below(line.length + 1));
      line = (line.slice(0, at) + piece + line.slice(at + below(6))).slice(0, 5000);
    }
    yield line;
  }
}
