import { mailWidth } from './mail-text.ts';

/** A bar of a plot: its label, its length in the metric's unit, and the text of its value. */
export interface Bar {
  label: string;
  value: number;
  text: string;
}

/** Horizontal bars from zero, one scale for all. */
export function barPlot(bars: readonly Bar[]): string[] {
  const longest = Math.max(0, ...bars.map(({ value }) => value));
  const labels = Math.max(...bars.map(({ label }) => label.length));
  const texts = Math.max(...bars.map(({ text }) => text.length));
  const room = mailWidth - labels - texts - 4;
  if (bars.length === 0 || longest <= 0 || room < 10) return [];
  return bars.map(({ label, value, text }) => {
    const length = Math.round((value / longest) * room);
    return `${label.padStart(labels)} |${'='.repeat(length)} ${text}`;
  });
}
