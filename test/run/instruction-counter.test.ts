import t from 'tap';
import { InfrastructureError } from '../../harness/errors.ts';
import type { GuestProgramOptions } from '../../harness/image/guest-program.ts';
import { projectPath } from '../../harness/project.ts';
import { type CounterOptions, prepareInstructionCounter } from '../../harness/run/instruction-counter.ts';

/** A QEMU that takes plugins of some versions of its interface. */
function lab(taken: readonly string[]) {
  const built: GuestProgramOptions[] = [];
  const started: string[] = [];
  const options: CounterOptions = {
    qemu: 'qemu',
    cache: '/cache',
    build: async request => {
      built.push(request);
      return `/cache/a,b/${request.variables?.[0]}.so`;
    },
    run: async (file, words, { input } = {}) => {
      const plugin = words[words.indexOf('-plugin') + 1] ?? '';
      started.push(`${file} ${plugin} ${String(input).trim()}`);
      const good = taken.some(version => plugin.includes(version));
      return { code: good ? 0 : 1, stdout: '', stderr: good ? '' : `${plugin}: no\n`, durationNs: 1 };
    },
  };
  return { options, built, started };
}

t.test('the newest version that QEMU takes is used', async t => {
  const old = lab(['API=1', 'API=0']);
  t.equal(await prepareInstructionCounter(old.options), '/cache/a,b/API=1.so');
  t.same(
    old.built.map(({ variables }) => variables),
    [['API=3'], ['API=2'], ['API=1']],
  );
  t.equal(old.built[0]?.sources, projectPath('guests', 'plugin'));
  t.equal(old.started[2], 'qemu file=/cache/a,,b/API=1.so,out=/dev/null quit', 'commas are doubled for QEMU');
  const recent = lab(['API=2', 'API=3']);
  t.equal(await prepareInstructionCounter(recent.options), '/cache/a,b/API=3.so');
  t.equal(recent.built.length, 1);
});

t.test('a QEMU without plugins is one error, with what it said', async t => {
  await t.rejects(prepareInstructionCounter(lab([]).options), {
    code: 'QEMU_CANNOT_COUNT',
    evidence: /API=3.*: no\n.*API=2.*: no\n.*API=1.*: no$/,
    hint: /--enable-plugins/,
  });
});

t.test('a missing compiler is one error that names its cure', async t => {
  const missing = new InfrastructureError('PROGRAM_MISSING', 'gcc is not installed');
  const options = { ...lab([]).options, build: () => Promise.reject(missing) };
  await t.rejects(prepareInstructionCounter(options), {
    code: 'QEMU_CANNOT_COUNT',
    evidence: 'gcc is not installed',
    hint: /doctor --install/,
    cause: missing,
  });
  const signal = AbortSignal.abort();
  await t.rejects(prepareInstructionCounter({ ...options, signal }), missing, 'an interruption is none');
});
