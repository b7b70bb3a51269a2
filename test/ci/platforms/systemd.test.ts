import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import t from 'tap';
import type { CiRequest } from '../../../harness/ci/platforms/platform.ts';
import { platforms } from '../../../harness/ci/platforms/platforms.ts';
import { runProgram } from '../../../harness/process/program.ts';
import { request } from './request-fixture.ts';

/** What systemd-analyze says about the units; empty if nothing is wrong. */
async function verify(folder: string, more: Partial<CiRequest> = {}, change = (text: string) => text) {
  const home = join(folder, 'my modstorm');
  mkdirSync(home, { recursive: true });
  const files = platforms.systemd.files({ ...request, home, ...more }).map(({ path, text }) => {
    const file = join(folder, basename(path));
    writeFileSync(file, change(text));
    return file;
  });
  const { stderr } = await runProgram('systemd-analyze', ['verify', ...files], {
    accept: 'any',
    environment: { SYSTEMD_LOG_LEVEL: 'warning' },
  });
  // It also tells what it finds in the units of the host itself.
  return stderr.split('\n').filter(line => line.includes('modstorm'));
}

t.test('the service and its timer are what systemd takes', async t => {
  t.strictSame(await verify(t.testdir()), []);
  t.ok((await verify(t.testdir(), {}, text => text.replace('Type=oneshot', 'Type=oneshoot'))).length > 0);
  t.ok((await verify(t.testdir(), {}, text => text.replace('02:30:00', '26:30:00'))).length > 0);
});

t.test('the command line survives two shells: blanks, quotes, specifiers, variables', async t => {
  const odd = `/tmp/it's "$HOME" 100%\\n.yaml`;
  const text = platforms.systemd.files({ ...request, matrix: odd })[0]?.text ?? '';
  const line = /^ExecStart=\/bin\/sh -c "(.*)"$/m.exec(text)?.[1] ?? '';
  // What systemd.service(5) says it does with a quoted word.
  const word = line.replaceAll(/\\(.)/g, '$1').replaceAll('$$', '$').replaceAll('%%', '%');
  const program = request.program.replace(/^/, '');
  const shown = word.replace(`exec ${program}`, "printf '%s\\n'");
  const { stdout } = await runProgram('sh', ['-c', shown]);
  t.equal(stdout, `nightly\n${odd}\n--results\n/var/lib/modstorm\n`);
});
