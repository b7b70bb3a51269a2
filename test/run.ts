import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type FinalResults, Parser } from 'tap-parser';
import { Shutdown } from '../harness/process/shutdown.ts';
import { projectPath } from '../harness/project.ts';
import { formatDuration } from '../harness/units.ts';
import { runChecks } from './checks.ts';
import { runScript } from './run-script.ts';
import { addTally, emptyTally, print, type Tally } from './tally.ts';

/** A group of test files that run together. */
interface Group {
  title: string;
  files: string[];
  options: string[];
  /** The lines that these tests reach are counted, and held against the floor. */
  covers: boolean;
}

/** The least share of statements and branches that the fast tests must reach, in percent. */
const coverageFloor = { statements: 93, branches: 90 } as const;

/**
 * Runs the checks of the sources, the fast tests, then the integration tests on real guests; each only those whose path
 * contains one of `words`. A line per file, the failures in full, and as last line `N passed, N failed`. Returns the
 * exit code. A signal ends what is running, and nothing else is started.
 */
export async function runTests(words: readonly string[] = []): Promise<number> {
  const shutdown = new Shutdown(error => print(String(error)));
  const stopListening = shutdown.listen();
  try {
    const total = await runAll(words, shutdown.signal);
    if (shutdown.exitCode === undefined) return conclude(total, words);
    print('\ninterrupted: the tests that were running have been ended, the others were not started');
    return shutdown.exitCode;
  } finally {
    stopListening();
  }
}

/** Runs the checks and the groups of test files one after the other, until the signal. */
async function runAll(words: readonly string[], signal: AbortSignal): Promise<Tally> {
  const total = await runChecks(words, signal);
  for (const group of testGroups(words)) {
    if (signal.aborted) break;
    if (group.files.length === 0) continue;
    print(`\n${group.title} (${group.files.length} files)`);
    addTally(total, await runGroup(group, signal));
  }
  return total;
}

/** Prints the last line and returns the exit code: 0, 1 if something failed, 4 if nothing was selected. */
function conclude(total: Tally, words: readonly string[]): number {
  if (total.passed + total.failed + total.skipped === 0) {
    print(`no test file matches ${words.join(' ')}`);
    return 4;
  }
  if (total.broken && total.failed === 0) total.failed = 1;
  print(
    `\n${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`,
  );
  return total.failed > 0 ? 1 : 0;
}

function testGroups(words: readonly string[]): Group[] {
  const folder = projectPath('build', 'test');
  // Long tests take hours: only their own folder names them.
  const long = (file: string) => relative(folder, file).startsWith('long/');
  const wanted = listTests(folder).filter(file =>
    long(file)
      ? words.some(word => word.startsWith('long/') && file.includes(word))
      : words.length === 0 || words.some(word => relative(folder, file).includes(word)),
  );
  const integration = (file: string) => relative(folder, file).startsWith('integration');
  // Coverage is of the fast tests: what only a real guest reaches is not claimed. Part of the files proves nothing.
  const covers = words.length === 0;
  const coverage = covers
    ? ['--coverage-report=json-summary', '--allow-incomplete-coverage']
    : ['--disable-coverage'];
  return [
    {
      title: 'fast tests',
      files: wanted.filter(file => !integration(file) && !long(file)),
      options: ['--jobs=2', ...coverage],
      covers,
    },
    {
      title: 'integration tests on real guests',
      files: wanted.filter(integration),
      options: ['--jobs=1', '--disable-coverage', '--timeout=1500'],
      covers: false,
    },
    {
      title: 'long tests',
      files: wanted.filter(long),
      options: ['--jobs=1', '--disable-coverage', '--timeout=14400'],
      covers: false,
    },
  ];
}

function listTests(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return listTests(path);
      return entry.name.endsWith('.test.js') ? [path] : [];
    });
}

async function runGroup(group: Group, signal: AbortSignal): Promise<Tally> {
  const tally = emptyTally();
  const parser = new Parser();
  parser.on('child', file => {
    file.on('complete', (results: FinalResults) => {
      tally.passed += results.pass - results.skip - results.todo;
      tally.failed += results.fail;
      tally.skipped += results.skip;
    });
    reportProblems(file, '');
  });
  parser.on('assert', result => {
    const took = formatDuration((result.time ?? 0) * 1e6);
    print(`  ${result.ok ? 'ok    ' : 'FAILED'} ${result.name.replace(/^build\/test\//, '')} (${took})`);
  });
  const result = await runScript(
    projectPath('node_modules', 'tap', 'dist', 'esm', 'run.mjs'),
    ['--reporter=tap', ...group.options, ...group.files],
    (line, stream) => {
      if (stream === 'stderr') print(line);
      else parser.write(`${line}\n`);
    },
    signal,
  );
  parser.end();
  if (signal.aborted) return tally;
  tally.broken = result.code !== 0;
  if (group.covers && !tally.broken) addCoverage(tally);
  return tally;
}

/** Says what the tests reached, as one assertion for each kind of coverage. */
function addCoverage(tally: Tally): void {
  const report = projectPath('.tap', 'report', 'coverage-summary.json');
  const { total } = JSON.parse(readFileSync(report, 'utf8')) as {
    total: Record<keyof typeof coverageFloor, { pct: number }>;
  };
  for (const kind of ['statements', 'branches'] as const) {
    const { pct } = total[kind];
    const enough = pct >= coverageFloor[kind];
    tally[enough ? 'passed' : 'failed']++;
    print(`  ${enough ? 'ok    ' : 'FAILED'} ${pct} % of ${kind} covered, at least ${coverageFloor[kind]} %`);
  }
}

/** Prints every failed assertion, however deep, with its diagnostics. */
function reportProblems(parser: Parser, path: string): void {
  parser.on('assert', result => {
    if (result.ok) {
      if (result.skip) print(`         skipped: ${path}${result.name} (${result.skip})`);
      return;
    }
    print(`    not ok ${path}${result.name}`);
    if (result.diag) print(`      ${JSON.stringify(result.diag, undefined, 2).replaceAll('\n', '\n      ')}`);
  });
  parser.on('child', child => reportProblems(child, `${path}${child.name} > `));
}
