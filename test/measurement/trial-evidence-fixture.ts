import { type CounterName, counterNames } from '../../harness/measurement/module-stats/kernel-counter.ts';
import type { TrialEvidence } from '../../harness/measurement/trial-evidence.ts';
import { golden } from './console-fixture.ts';
import { renderKernelStats } from './stats-renderer.ts';

/** The counters of a guest of 6.12, file by file. */
export function goldenCounters(): Record<string, string> {
  const lines = golden('6.12', 'counters.txt').trim().split('\n');
  return Object.fromEntries(lines.map(line => line.split(' ') as [string, string]));
}

const noCounters = Object.fromEntries(counterNames.map(name => [name, 0n])) as Record<CounterName, bigint>;

/** Messages as records of /dev/kmsg. */
export function kmsg(messages: readonly string[]): string[] {
  return messages.map((message, index) => `4,${index + 1},${index * 1000},-;${message}`);
}

/** What a good trial left, with changes. */
export function evidence(changes: Partial<TrialEvidence> = {}): TrialEvidence {
  const after = goldenCounters();
  const before = Object.fromEntries(Object.keys(after).map(name => [name, '0']));
  return {
    before: {
      values: { ...before, modcount: '12', total_mod_size: '4096', total_text_size: '1024' },
      stats: renderKernelStats({
        counters: { ...noCounters, modcount: 12n, total_mod_size: 4096n, total_text_size: 1024n },
        duplicates: [],
      }),
    },
    after: { values: after, stats: golden('6.12', 'stats.txt') },
    kmsg: kmsg([
      'module: module-autoload: duplicate request for module tun',
      'tun: Universal TUN/TAP device driver, 1.6',
    ]),
    output: golden('6.12', 'stress-ng.txt'),
    exit: { cause: 'exited', code: 0, wallNs: 3_170_000_000 },
    results: [{ file: '/run/stress-ng.yaml', format: 'stress-ng', text: golden('6.12', 'stress-ng.yaml') }],
    facts: { cpus_online: '2', uptime_ns: '1380000000', autoload_dups: '1', module_stats: '1' },
    samples: [
      { mem_free: '1000', vmalloc_used: '50' },
      { mem_free: '400', vmalloc_used: '90' },
      { mem_free: '700', vmalloc_used: 'x' },
    ],
    expected,
    ...changes,
  };
}

/** What its matrix asked for. */
export const expected = { vcpus: 2, moduleStats: true, metrics: [] };
