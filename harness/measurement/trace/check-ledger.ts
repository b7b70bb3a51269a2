import type { Finding } from '../finding.ts';
import type { Counters } from '../module-stats/counters.ts';
import type { ModuleStats } from '../module-stats/module-stats.ts';
import type { Ledger } from './ledger.ts';
import { sumAttempts } from './ledger-sums.ts';

/** At most this many modules are named in a finding. */
const namedLimit = 5;

/**
 * Compares the ledger with the kernel's own counters and with the table of the stats text, since the boot. It must add up to the
 * last load and the last byte: a difference means that the trace is incomplete, or that we misunderstand the kernel.
 */
export function checkLedger(
  ledger: Ledger,
  counters: Counters,
  stats: Pick<ModuleStats, 'duplicates'> | undefined,
): Finding[] {
  const findings: Finding[] = [];
  if (ledger.lostEvents > 0)
    findings.push(
      warning(
        'TRACE_LOST',
        `the tracer lost ${ledger.lostEvents} events: the ledger misses what they said; fewer loads or more memory help`,
      ),
    );
  const collectNs = ledger.collectNs ?? Number.POSITIVE_INFINITY;
  const sums = sumAttempts(ledger.attempts.filter(({ startNs }) => startNs < collectNs));
  for (const [name, expected] of Object.entries(sums.counters)) {
    const counted = counters[name as keyof Counters];
    if (counted === undefined || counted === BigInt(expected)) continue;
    const message = `${name}: the ledger has ${expected}, the kernel counted ${counted}, ${signed(BigInt(expected) - counted)}`;
    findings.push(warning('LEDGER_DIFFERS', message));
  }
  if (stats) findings.push(...checkRows(sums.duplicates, stats.duplicates));
  return findings;
}

function checkRows(
  expected: ReadonlyMap<string, { count: number; reason: string }>,
  rows: ModuleStats['duplicates'],
): Finding[] {
  const printed = new Map(rows.map(row => [row.name, row]));
  const differing = [...new Set([...expected.keys(), ...printed.keys()])].filter(name => {
    const [mine, theirs] = [expected.get(name), printed.get(name)];
    return mine?.count !== theirs?.count || mine?.reason !== theirs?.reason;
  });
  if (differing.length === 0) return [];
  const named = differing.slice(0, namedLimit).map(name => {
    const [mine, theirs] = [expected.get(name), printed.get(name)];
    return `${name || 'unknown module'} ${describe(mine)} instead of ${describe(theirs)}`;
  });
  const more = differing.length > namedLimit ? ` and ${differing.length - namedLimit} more` : '';
  return [warning('LEDGER_DIFFERS', `duplicates by module: ${named.join(', ')}${more}`)];
}

function describe(row: { count: number; reason: string } | undefined): string {
  return row ? `${row.count} (${row.reason})` : 'none';
}

function signed(difference: bigint): string {
  return difference > 0n ? `${difference} too many` : `${-difference} too few`;
}

function warning(code: string, message: string): Finding {
  return { code, severity: 'warning', message };
}
