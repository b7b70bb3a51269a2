import type { Paint } from '../../paint.ts';

const words = {
  red: /\b(?:REGRESSED|CRASHED|FAILED|TIMEOUT|INVALID|INFRASTRUCTURE)\b/g,
  green: /\b(?:IMPROVED|UNCHANGED)\b/g,
  yellow: /\b(?:INCONCLUSIVE|NOT_ENOUGH|CHANGED|MOVED|DIFFERS)\b/g,
} as const;

/** A change in a table, followed by the mark of its verdict: `+4507% *`. */
const markedChange = /(?<= )((?:[+-]?[\d.]+(?:e\+\d+)?(?:%|pp)?|exact|-) ([*+!~]))(?=\s|$)/g;

const markColours: Readonly<Record<string, 'red' | 'green' | 'yellow'>> = {
  '*': 'red',
  '+': 'green',
  '!': 'yellow',
  '~': 'yellow',
};

/** Colours the verdicts of a text. Words and marks have the same meaning without colour. */
export function colourVerdicts(text: string, paint: Paint): string {
  let shown = text.replaceAll(markedChange, (change, _whole: string, mark: string) =>
    paint(change, markColours[mark] ?? 'yellow'),
  );
  for (const [colour, pattern] of Object.entries(words))
    shown = shown.replaceAll(pattern, word => paint(word, colour as keyof typeof words));
  return shown;
}
