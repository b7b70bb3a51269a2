import { UsageError } from '../../errors.ts';
import { LogText } from '../kernel-log/log-lines.ts';
import type { ModuleStats } from './module-stats.ts';
import { StatsCollector } from './stats-collector.ts';

/**
 * Reads the text of /sys/kernel/debug/modules/stats, as printed by the kernel or copied from mail, a web page, a terminal
 * or a log. Also accepts the single files as `name value`, or as printed by `grep . *` or `head *`. Unknown labels are
 * kept. If the text holds several stats, it returns the most complete one (the last of equals), with a finding.
 * @throws UsageError STATS_UNRECOGNISED if the text has no known label
 */
export function parseModuleStats(text: string): ModuleStats {
  const log = new LogText(text);
  const collector = new StatsCollector();
  for (const line of log.lines()) collector.add(line);
  const stats = chooseStats(collector.result(!/\n$/.test(log.text), text.length));
  if (stats) return stats;
  throw new UsageError('STATS_UNRECOGNISED', 'no line of the text is a known module counter', {
    hint: 'Expected lines such as "Mods ever loaded 67" from /sys/kernel/debug/modules/stats (CONFIG_MODULE_STATS, Linux 6.4 and later).',
  });
}

/** The most complete of several stats (the last of equals), with a finding that there are more. */
export function chooseStats(all: readonly ModuleStats[]): ModuleStats | undefined {
  const size = ({ counters, duplicates }: ModuleStats) =>
    Object.keys(counters).length + Math.min(1, duplicates.length);
  const chosen = all.reduce<ModuleStats | undefined>(
    (best, one) => (best === undefined || size(one) >= size(best) ? one : best),
    undefined,
  );
  if (!chosen || all.length === 1) return chosen;
  const which = chosen === all.at(-1) ? 'the last of them' : 'the most complete of them';
  const lines = all.map(({ line }) => line).join(', ');
  const message = `the text holds ${all.length} stats, beginning on lines ${lines}; this is ${which}; their counters are not mixed`;
  const finding = { code: 'MULTIPLE_STATS', severity: 'warning', message, line: chosen.line } as const;
  return { ...chosen, findings: [finding, ...chosen.findings] };
}
