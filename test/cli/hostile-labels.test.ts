import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { runProgram } from '../../harness/process/program.ts';
import { projectPath } from '../../harness/project.ts';
import { formatNames } from '../../harness/report/formats.ts';
import { fakeCell, fakeRun } from '../fakes/run-fixture.ts';
import { fakeRunContent, writeFakeRun } from '../fakes/run-folder-fixture.ts';

const hostile = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const evil = '\x1b]0;owned\x07\x1b[2J\u202e\u009b31m\r';

t.test('no face of a run that somebody else made reaches the terminal unescaped', async t => {
  const root = t.testdir();
  const name = (night: number) => `2026112${night}T030000Z-quick-000${night}`;
  for (const night of [1, 2]) {
    const run = fakeRun({ run: name(night) });
    run.matrix.name = evil;
    run.matrixFile = evil;
    run.accelerator.reason = evil;
    run.host.cpuModel = evil;
    run.qemu.version = evil;
    const cells = ['stats', 'stats+dups'].map((config, index) => {
      const cell = fakeCell(`c${index}`, config, 2);
      return { ...cell, label: `${evil}${cell.label}`, settings: { ...cell.settings, cpu: evil } };
    });
    const content = fakeRunContent({
      run,
      cells,
      repetitions: 3,
      seed: night,
      measure: () => ({ wasted_bytes: night }),
    });
    content.records[0]!.outcome = { kind: 'crashed', title: evil, class: 'panic' };
    content.records[0]!.consoleTail = [evil];
    content.records[1]!.findings = [{ code: evil, severity: 'warning', message: evil }];
    writeFakeRun(root, content);
  }
  writeFileSync(join(root, 'log'), `${evil}[    1.0] Kernel panic - not syncing: ${evil}\n`);
  const commands = [
    ...formatNames.map(format => ['report', 'latest', '--results', root, '--format', format]),
    ['compare', name(1), name(2), '--results', root],
    ['compare', evil, evil, '--results', root],
    ['history', root],
    ['inspect', join(root, 'log')],
    [`--${evil}`],
    ['baseline', 'save', evil, name(1), '--results', root],
  ];
  const main = projectPath('build', 'harness', 'main.js');
  for (const words of commands) {
    const { stdout, stderr } = await runProgram(process.execPath, [main, ...words], {
      accept: 'any',
      environment: { MODSTORM_DEBUG: 'errors' },
    });
    const shown = `${stdout}${stderr}`.replaceAll(/[\n\t]/g, '');
    t.ok(shown.length > 20, `${words[0]} says something`);
    t.notMatch(shown, hostile, JSON.stringify(words));
    t.notMatch(shown, /INTERNAL_ERROR/);
  }
});
