import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { completeCommand } from '../../harness/cli/commands/complete.ts';
import { type CompletionSources, completionCandidates } from '../../harness/cli/completion/candidates.ts';
import { completionScript, shells } from '../../harness/cli/completion/shell-script.ts';
import { defineProgram } from '../../harness/cli/program.ts';
import { runProgram } from '../../harness/process/program.ts';
import { fakeContext } from '../fakes/command-context.ts';

const program = defineProgram(async () => undefined);

const sources: CompletionSources = {
  matrices: async () => ['matrices/quick.yaml', 'mine.yaml', 'with blank.yaml'],
  runs: async results => [`${results}-run-1`],
  baselines: async folder => [folder ?? 'v6.12'],
  metrics: async () => ['wasted_bytes', 'failed_load'],
  cells: async matrix => [`vcpus=8`, `vcpus=1`, `of=${matrix}`],
  topics: async () => ['verdicts'],
};

const complete = (...words: string[]) => completionCandidates(program, words, sources);

t.test('commands, options and their choices', async t => {
  t.strictSame(await complete('rep'), ['report']);
  t.notOk((await complete('')).includes('complete'), 'what only scripts call is not offered');
  t.strictSame(await complete('baseline', 's'), ['save', 'show']);
  t.strictSame(await complete('report', 'latest', '--sty'), ['--style']);
  t.strictSame(await complete('report', 'latest', '--format', 'ht'), ['html']);
  t.strictSame(await complete('history', '--format', ''), ['terminal', 'json', 'html']);
  t.strictSame(await complete('schema', ''), ['matrix', 'report']);
  t.strictSame(await complete('--debug', 'run', 'in'), ['inspect'], 'an option of the program takes a value');
});

t.test('matrices, runs, baselines, metrics, cells, topics', async t => {
  t.strictSame(await complete('run', 'm'), ['matrices/quick.yaml', 'mine.yaml'], 'nothing with blanks');
  t.strictSame(await complete('report', ''), ['latest', 'results-run-1']);
  t.strictSame(await complete('report', '--results', 'there', 'there'), ['there-run-1']);
  t.strictSame(await complete('compare', 'latest', ''), ['latest', 'results-run-1', 'v6.12']);
  t.strictSame(await complete('compare', 'a', 'b', '--why', 'w'), ['wasted_bytes']);
  t.strictSame(await complete('baseline', 'show', '--baselines', 'b', ''), ['b']);
  t.strictSame(await complete('baseline', 'save', ''), [], 'a new name cannot be known');
  t.strictSame(await complete('bisect', '--metric', 'f'), ['failed_load']);
  t.strictSame(await complete('run', 'mine.yaml', '--filter', ''), ['vcpus=8', 'vcpus=1', 'of=mine.yaml']);
  t.strictSame(await complete('run', '--filter', 'of'), ['of=matrices/quick.yaml']);
  t.strictSame(await complete('help', 'v'), ['verdicts']);
  t.strictSame(await complete('inspect', ''), [], 'files: the shell knows better');
  t.strictSame(await complete('run', '--jobs', ''), []);
});

t.test('what is on the disk, and nothing of what is wrong', async t => {
  const context = fakeContext();
  await completeCommand(['run', 'matrices/boot-8.yaml', '--filter', 'kernel='], program, context);
  t.equal(context.output, 'kernel=lts\nkernel=no-merge\n');
  const missing = fakeContext();
  t.equal(await completeCommand(['run', 'no.yaml', '--filter', ''], program, missing), 0);
  t.equal(missing.output, '');
});

t.test('bash asks modstorm, also for a word with an equals sign', async t => {
  const folder = t.testdir();
  const words = JSON.stringify(['a=1', 'a=2']);
  const script = `#!/bin/sh\n[ "$*" = 'complete -- run x.yaml --filter a=' ] && printf '%s\\n' ${words.slice(1, -1).replace(',', ' ')}\n`;
  writeFileSync(join(folder, 'modstorm'), script);
  chmodSync(join(folder, 'modstorm'), 0o755);
  const line = 'modstorm run x.yaml --filter a=';
  const ask = `${completionScript('bash')}\nCOMP_LINE='${line}' COMP_POINT=${line.length} _modstorm; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await runProgram('bash', ['-c', ask], {
    environment: { PATH: `${folder}:${process.env['PATH']}` },
  });
  t.equal(stdout, '1\n2\n', 'readline replaces what follows the equals sign');
  t.strictSame(shells, ['bash', 'zsh', 'fish']);
});
