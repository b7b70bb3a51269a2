import { projectPath } from '../harness/project.ts';
import { formatDuration } from '../harness/units.ts';
import { runScript } from './run-script.ts';
import { emptyTally, print, type Tally } from './tally.ts';

/** A check of the sources that is no test file; it passes when its script ends with 0. */
interface Check {
  /** Like the path of a test file, so that `npm test -- biome` selects it. */
  name: string;
  /** Path in the project. */
  script: string;
  args: readonly string[];
}

const knip = 'node_modules/knip/bin/knip.js';

function knipArguments(config: string): string[] {
  return ['--config', config, '--no-progress', '--no-config-hints'];
}

const checks: readonly Check[] = [
  {
    name: 'checks/biome: format and lint',
    script: 'node_modules/@biomejs/biome/bin/biome',
    args: ['check', '--max-diagnostics=50', '.'],
  },
  { name: 'checks/unused: nothing that nobody uses', script: knip, args: knipArguments('.knip.jsonc') },
  {
    name: 'checks/unused-production: nothing that only tests use',
    script: knip,
    args: [...knipArguments('.knip-production.jsonc'), '--production'],
  },
  {
    name: 'checks/agent: clang-format and clang-tidy',
    script: 'build/guests/check.js',
    args: [],
  },
];

/** Runs the checks whose name contains one of `words`, all without words; each counts as one test. */
export async function runChecks(words: readonly string[], signal: AbortSignal): Promise<Tally> {
  const wanted = checks.filter(
    ({ name }) => words.length === 0 || words.some(word => name.split(':', 1)[0]!.includes(word)),
  );
  const tally = emptyTally();
  if (wanted.length === 0) return tally;
  print(`\nchecks of the sources (${wanted.length})`);
  await Promise.all(wanted.map(check => runCheck(check, tally, signal)));
  return tally;
}

async function runCheck({ name, script, args }: Check, tally: Tally, signal: AbortSignal): Promise<void> {
  const lines: string[] = [];
  const onLine = (line: string) => lines.push(line);
  const { code, durationNs } = await runScript(projectPath(script), args, onLine, signal);
  if (signal.aborted) return;
  tally[code === 0 ? 'passed' : 'failed']++;
  print(`  ${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${formatDuration(durationNs)})`);
  if (code !== 0) for (const line of lines) print(`    ${line}`);
}
