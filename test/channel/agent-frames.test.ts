import { constants, existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { type ChannelFault, ChannelListener, createSocketFolder } from '../../harness/channel/listener.ts';
import type { Message } from '../../harness/channel/protocol.ts';
import { runProgram, startProgram } from '../../harness/process/program.ts';
import { projectPath } from '../../harness/project.ts';

/** The agent of guests/agent/, built with sanitizers, as an ordinary process against the real listener. */
const buildFolder = projectPath('build', 'agent-sanitized');
const agent = join(buildFolder, 'agent-sanitized');

const statsText = '         Mods ever loaded\t27\n     Mods failed on kread\t0\n';
const guestFiles: Record<string, string> = {
  '/proc/cmdline': 'console=ttyS0 modstorm.trial=abc-001 quiet\n',
  '/proc/meminfo': 'MemTotal: 1000 kB\nMemFree: 500 kB\nMemAvailable: 600 kB\nVmallocUsed: 12 kB\n',
  '/proc/config.gz': '\u001f\u008b binary\n',
  '/proc/sys/vm/oom_dump_tasks': '1\n',
  '/proc/self/oom_score_adj': '0\n',
  '/sys/devices/system/cpu/online': '0-3,5\n',
  '/sys/devices/system/cpu/present': '0-7\n',
  '/sys/devices/system/node/online': '0-1\n',
  '/sys/module/compression': 'zstd\n',
  '/sys/module/module/parameters/enable_dups_trace': 'N\n',
  '/sys/kernel/debug/modules/stats': statsText,
  '/sys/kernel/debug/modules/modcount': '27\n',
  '/sys/kernel/debug/modules/failed_becoming': '670\n',
  '/sys/kernel/debug/modules/invalid_mod_bytes': '18446744073709551615\n',
};
const bootRecords = [
  '6,0,0,-;Linux version 6.12\n',
  '4,1,900,-;a warning\n SUBSYSTEM=acpi\n DEVICE=+acpi:x\n',
];

interface Trial {
  messages: Message[];
  faults: ChannelFault[];
  code: number;
  stderr: string;
  root: string;
}

interface Setup {
  config: string;
  files?: Record<string, string>;
  without?: string[];
  /** The agent is told that nobody listens. */
  alone?: boolean;
  /** Called with the folder that stands for the guest's root, before the agent starts. */
  prepare?: (root: string) => Promise<void>;
}

/** Runs one trial; `ROOT` in the config becomes the folder that stands for the guest's root. */
async function runTrial(t: Test, setup: Setup): Promise<Trial> {
  const root = await mkdtemp(join(tmpdir(), 'modstorm-agent-'));
  const sockets = await createSocketFolder();
  t.teardown(async () => {
    await rm(root, { recursive: true, force: true });
    await sockets.remove();
  });
  const files = {
    ...guestFiles,
    '/etc/modstorm.conf': setup.config.replaceAll('ROOT', root),
    ...setup.files,
  };
  for (const [path, content] of Object.entries(files)) {
    if (setup.without?.includes(path)) continue;
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content, 'latin1');
  }
  await mkdir(join(root, 'dev'));
  await runProgram('mkfifo', [join(root, 'dev/kmsg')]);
  const kmsg = await open(join(root, 'dev/kmsg'), constants.O_RDWR | constants.O_NONBLOCK);
  await kmsg.write(bootRecords.join(''));
  await setup.prepare?.(root);

  const messages: Message[] = [];
  const faults: ChannelFault[] = [];
  const listener = await ChannelListener.listen({
    path: join(sockets.path, 'channel'),
    onMessage: message => messages.push(message),
    onFault: fault => faults.push(fault),
  });
  const result = await runProgram(agent, ['--root', root, '--channel', listener.path], {
    accept: 'any',
    timeoutNs: 60e9,
  });
  await listener.closed;
  await listener.close();
  await kmsg.close();
  t.notMatch(result.stderr, /Sanitizer|runtime error/, 'the sanitizers are content');
  // An agent that believes to be alone hangs up before the listener has answered.
  const expected = setup.alone ? faults.filter(fault => fault.kind !== 'socket') : faults;
  t.same(expected, [], 'no fault on the channel');
  return { messages, faults, code: result.code, stderr: result.stderr, root };
}

function only<T extends Message['type']>(trial: Trial, type: T): Extract<Message, { type: T }>[] {
  return trial.messages.filter((message): message is Extract<Message, { type: T }> => message.type === type);
}

function outputOf(trial: Trial, stream: 'stdout' | 'stderr'): string {
  return only(trial, 'output')
    .filter(message => message.stream === stream)
    .map(message => message.text)
    .join('');
}

function shell(script: string, ...lines: string[]): string {
  return ['version=1', ...lines, 'run=sh', 'run=-c', `run=${script}`, ''].join('\n');
}

t.before(() =>
  runProgram('make', ['-s', '-C', projectPath('guests', 'agent'), `O=${buildFolder}`, 'sanitized']),
);

t.test('a good trial tells all, in order', async t => {
  const trial = await runTrial(t, {
    config: shell(
      'echo "out $COLOUR"; echo err >&2; printf "6,2,1000,-;during\\n" >ROOT/dev/kmsg; printf "a\\0b" >ROOT/result; cat',
      '# a comment',
      'vcpus=5',
      'require=module_stats',
      'require=autoload_dups',
      'require=decompress',
      'env=COLOUR=blue = green',
      'sample_ns=20000000',
      'result=/result',
      'result=/missing',
    ),
  });
  t.equal(trial.code, 0);
  const hello = trial.messages[0];
  t.match(hello, {
    type: 'hello',
    facts: {
      trial: 'abc-001',
      cpus_online: '5',
      cpus_configured: '8',
      numa_nodes: '2',
      mem_total: '1024000',
      module_stats: '1',
      autoload_dups: '1',
      dups_trace: '0',
      decompress: '1',
      decompress_algorithm: 'zstd',
      port: 'socket',
    },
  });
  t.same(
    trial.messages
      .filter(message => !['kmsg', 'sample', 'output', 'note'].includes(message.type))
      .map(message => ('moment' in message ? `${message.type} ${message.moment}` : message.type)),
    // The single counters before the text, the text last: reading it can WARN.
    [
      'hello',
      'phase',
      'file',
      'file',
      'counters before',
      'stats before',
      'phase',
      'exit',
      'phase',
      'counters after',
      'stats after',
      'file',
      'file',
      'phase',
      'end',
    ],
  );
  t.match(only(trial, 'counters')[1], {
    values: { modcount: '27', failed_becoming: '670', invalid_mod_bytes: '18446744073709551615' },
    missing: {},
  });
  t.equal(only(trial, 'stats')[0]?.text, statsText);
  t.same(
    only(trial, 'kmsg').map(message => message.record),
    [...bootRecords, '6,2,1000,-;during\n'],
  );
  t.equal(outputOf(trial, 'stdout'), 'out blue = green\n');
  t.equal(outputOf(trial, 'stderr'), 'err\n');
  t.match(only(trial, 'exit')[0]?.exit, { cause: 'exited', code: 0 });
  const files = only(trial, 'file');
  t.same(
    files.map(file => [file.name, file.content.toString('latin1'), file.last]),
    [
      ['/proc/config.gz', '\u001f\u008b binary\n', false],
      ['/proc/config.gz', '', true],
      ['/result', 'a\0b', false],
      ['/result', '', true],
    ],
  );
  t.match(only(trial, 'note'), [{ code: 'FILE_UNREADABLE', text: '/missing: No such file or directory' }]);
  t.match(only(trial, 'sample')[0]?.values, {
    mem_free: '512000',
    mem_available: '614400',
    vmalloc_used: '12288',
    modcount: '27',
  });
  const end = only(trial, 'end')[0]!;
  t.equal(end.facts['frames'], String(trial.messages.length - 1), 'the end frame counts the others');
  t.match(end.facts, { kmsg_records: '3', kmsg_lost: '0', output_withheld: '0' });
  t.equal(await readFile(join(trial.root, '/proc/sys/vm/oom_dump_tasks'), 'utf8'), '0\n');
  t.match(
    await readFile(join(trial.root, '/proc/self/oom_score_adj'), 'utf8'),
    /^0/,
    'the child took it back',
  );
  t.match(trial.stderr, /^modstorm-agent: end: .* host has received them$/m);
  const times = trial.messages.map(message => message.timeNs);
  t.same(
    times,
    times.toSorted((a, b) => a - b),
    'time never runs back',
  );
});

t.test('a workload that dies, hangs or leaves children still yields its counters', async t => {
  const killed = await runTrial(t, { config: shell('kill -KILL $$') });
  t.match(only(killed, 'exit')[0]?.exit, { cause: 'signaled', code: 9 });
  const status = await runTrial(t, { config: shell('exit 3') });
  t.match(only(status, 'exit')[0]?.exit, { cause: 'exited', code: 3 });
  const started = process.hrtime.bigint();
  const hung = await runTrial(t, { config: shell('echo going; sleep 600', 'deadline_ns=200000000') });
  t.match(only(hung, 'exit')[0]?.exit, { cause: 'timeout', code: 15 });
  t.equal(outputOf(hung, 'stdout'), 'going\n');
  const stubborn = await runTrial(t, {
    config: shell('trap "" TERM; while :; do sleep 1; done', 'deadline_ns=100000000'),
  });
  t.match(only(stubborn, 'exit')[0]?.exit, { cause: 'timeout', code: 9 });
  const strays = await runTrial(t, { config: shell('sleep 600 & echo parent gone') });
  t.match(only(strays, 'exit')[0]?.exit, { cause: 'exited', code: 0 });
  t.equal(outputOf(strays, 'stdout'), 'parent gone\n');
  t.ok(process.hrtime.bigint() - started < 60_000_000_000n, 'nobody waited for a sleep of ten minutes');
  for (const trial of [killed, status, hung, stubborn, strays]) {
    t.equal(trial.code, 0);
    t.same(
      only(trial, 'counters').map(message => message.moment),
      ['before', 'after'],
    );
    t.equal(trial.messages.at(-1)?.type, 'end');
  }
});

t.test('floods: output is bounded, kernel messages too, and the counters come through', async t => {
  const trial = await runTrial(t, {
    config: shell('head -c 12000000 /dev/zero | tr "\\0" x; echo the end >&2'),
    prepare: async root => {
      await rm(join(root, 'dev/kmsg'));
      // A read takes 8192 bytes: records of a quarter of that are never cut, as those of /dev/kmsg are not.
      const lines = Array.from(
        { length: 9000 },
        (_, index) => `${`6,${index + 5},0,-;`.padEnd(2047, 'flood ')}\n`,
      );
      await writeFile(join(root, 'dev/kmsg'), lines.join(''));
    },
  });
  const end = only(trial, 'end')[0]!;
  const sent = outputOf(trial, 'stdout').length;
  t.ok(sent <= 8 * 1024 * 1024 && sent > 8 * 1024 * 1024 - 65536, `${sent} bytes were passed on`);
  t.equal(sent + Number(end.facts['output_withheld']), 12_000_000, 'what was left out is counted');
  t.equal(outputOf(trial, 'stderr'), 'the end\n');
  t.equal(end.facts['kmsg_lost'], '5', 'a gap in the sequence is a loss');
  t.equal(Number(end.facts['kmsg_records']) + Number(end.facts['kmsg_withheld']), 9000);
  t.ok(Number(end.facts['kmsg_withheld']) > 0);
  t.same(
    only(trial, 'note')
      .map(note => note.code)
      .sort(),
    ['KMSG_LOST', 'KMSG_WITHHELD', 'OUTPUT_WITHHELD'],
  );
  t.equal(only(trial, 'counters').length, 2);
});

t.test('CPUs that the kernel left offline are brought up, as many as are asked for', async t => {
  const folder = '/sys/devices/system/cpu';
  const trial = await runTrial(t, {
    // The file that stands for the kernel's list does not follow, so that the count stays what it was.
    config: shell('true', 'vcpus=5'),
    files: {
      [`${folder}/cpu1/online`]: '0\n',
      [`${folder}/cpu2/online`]: '1 as it was\n',
      [`${folder}/cpu4/online`]: '0\n',
      [`${folder}/cpu5/online`]: '0\n',
    },
  });
  t.equal(trial.code, 0);
  const online = (cpu: number) => readFile(join(trial.root, folder, `cpu${cpu}/online`), 'utf8');
  t.match(await online(1), /^1/);
  t.equal(await online(2), '1 as it was\n', 'one that is up is let be');
  t.equal(await online(4), '0\n', 'the numbers end at the first CPU that is not there');
  t.equal(await online(5), '0\n', 'beyond what was asked for');
});

t.test('a guest that is not what was asked for says so and runs nothing', async t => {
  const cases: [string, Setup, string, RegExp][] = [
    ['CPUs', { config: shell('touch ROOT/ran', 'vcpus=8') }, 'CPUS_MISMATCH', /^5 CPUs are online, not 8$/],
    [
      'the command line wins over the file',
      {
        config: shell('touch ROOT/ran', 'vcpus=5'),
        files: { '/proc/cmdline': 'modstorm.trial=abc-001 modstorm.vcpus=6' },
      },
      'CPUS_MISMATCH',
      /not 6$/,
    ],
    [
      'stats',
      {
        config: shell('touch ROOT/ran', 'require=module_stats'),
        without: ['/sys/kernel/debug/modules/stats'],
      },
      'CAPABILITY_MISSING',
      /module_stats/,
    ],
    ['trace', { config: shell('touch ROOT/ran', 'require=dups_trace') }, 'CAPABILITY_MISSING', /dups_trace/],
    [
      'no modprobe',
      { config: shell('touch ROOT/ran', 'load=xfs') },
      'DEPENDENCY_FAILED',
      /no \/sbin\/modprobe/,
    ],
    ['no program', { config: 'version=1\nrun=/no/such\n' }, 'EXEC_FAILED', /^\/no\/such: No such file/],
    [
      'not found',
      { config: 'version=1\nrun=no-such-program\n' },
      'EXEC_FAILED',
      /^no-such-program: No such file/,
    ],
    ['no run', { config: 'version=1\n' }, 'CONFIG_INVALID', /no `run=` line/],
    ['no version', { config: 'run=x\n' }, 'CONFIG_INVALID', /no `version=` line/],
    ['version', { config: 'version=2\n' }, 'CONFIG_INVALID', /conf:1: `version` is not 1/],
    [
      'unknown key',
      { config: 'version=1\n\ncolour=red\n' },
      'CONFIG_INVALID',
      /conf:3: `colour` is an unknown key/,
    ],
    ['no =', { config: 'version=1\nrun\n' }, 'CONFIG_INVALID', /conf:2: the line has no `=`/],
    [
      'number',
      { config: 'version=1\nvcpus=two\n' },
      'CONFIG_INVALID',
      /conf:2: `vcpus` needs a whole number/,
    ],
    ['env', { config: 'version=1\nenv=X\n' }, 'CONFIG_INVALID', /conf:2: `env` needs NAME=VALUE/],
    ['result', { config: 'version=1\nresult=x\n' }, 'CONFIG_INVALID', /absolute path/],
    ['capability', { config: 'version=1\nrequire=speed\n' }, 'CONFIG_INVALID', /is not a capability/],
    [
      'too many',
      { config: `version=1\n${'run=x\n'.repeat(300)}` },
      'CONFIG_INVALID',
      /conf:257: `run` is repeated too often/,
    ],
    ['too long', { config: `#${'x'.repeat(70000)}` }, 'CONFIG_INVALID', /longer than/],
    ['NUL', { config: 'version=1\0\nrun=x\n' }, 'CONFIG_INVALID', /NUL/],
    ['missing', { config: '', without: ['/etc/modstorm.conf'] }, 'CONFIG_INVALID', /No such file/],
    [
      'command line',
      { config: shell('true'), files: { '/proc/cmdline': 'modstorm.trial=abc-001 modstorm.speed=1\n' } },
      'CONFIG_INVALID',
      /cmdline: `modstorm.speed` is an unknown key/,
    ],
  ];
  for (const [name, setup, code, text] of cases) {
    const trial = await runTrial(t, setup);
    t.match(only(trial, 'error'), [{ code, text }], name);
    t.equal(trial.code, 1, `${name}: exit code`);
    t.match(trial.messages[0], { type: 'hello', facts: { trial: 'abc-001' } }, `${name}: hello comes first`);
    t.equal(trial.messages.at(-1)?.type, 'end', `${name}: end comes last`);
    t.equal(existsSync(join(trial.root, 'ran')), false, `${name}: nothing ran`);
  }
});

t.test('modules are loaded in order, and a failure brings what modprobe said', async t => {
  const modprobe = (script: string) => ({
    prepare: async (root: string) => {
      await mkdir(join(root, 'sbin'));
      await writeFile(join(root, 'sbin/modprobe'), `#!/bin/sh\n${script.replaceAll('ROOT', root)}\n`, {
        mode: 0o755,
      });
    },
  });
  const good = await runTrial(t, {
    config: shell('cat ROOT/loaded', 'early=virtio_console', 'load=libcrc32c', 'load=exportfs'),
    ...modprobe('echo "$@" >>ROOT/loaded'),
  });
  t.equal(outputOf(good, 'stdout'), 'virtio_console\nlibcrc32c\nexportfs\n');
  const bad = await runTrial(t, {
    config: shell('true', 'load=xfs'),
    ...modprobe('echo "modprobe: FATAL: Module $1 not found." >&2; exit 1'),
  });
  t.match(only(bad, 'error'), [
    {
      code: 'DEPENDENCY_FAILED',
      text: 'xfs: modprobe ended with status 1: modprobe: FATAL: Module xfs not found.\n',
    },
  ]);
  t.equal(only(bad, 'counters').length, 0);
});

t.test('a kernel without any of it: counters are empty, not zero', async t => {
  const without = Object.keys(guestFiles).filter(path => path.startsWith('/sys/'));
  const trial = await runTrial(t, { config: shell('true'), without: [...without, '/proc/config.gz'] });
  t.match(only(trial, 'hello')[0]?.facts, { module_stats: '0', autoload_dups: '0', decompress: '0' });
  t.same(only(trial, 'counters')[1]?.values, {});
  t.equal(only(trial, 'stats').length, 0);
});

t.test('a pasted command line: nobody listens, the stats come on the console, nothing waits', async t => {
  const alone = await runTrial(t, {
    config: shell('true'),
    files: { '/proc/cmdline': 'console=ttyS0 modstorm.host=none\n' },
    alone: true,
  });
  t.equal(alone.code, 0);
  t.ok(alone.stderr.includes(statsText), 'byte for byte');
  t.match(alone.stderr, /end: \d+ frames, \d+ bytes, no host/);
  const answered = await runTrial(t, { config: shell('true') });
  t.notMatch(answered.stderr, /Mods ever loaded/);
  const wrong = await runTrial(t, {
    config: shell('true'),
    files: { '/proc/cmdline': 'modstorm.host=me\n' },
    alone: true,
  });
  t.match(wrong.stderr, /`modstorm.host` must be none/);
});

t.test('it never acts as PID 1 by mistake', async t => {
  for (const args of [
    [],
    ['--root', '/nowhere'],
    ['--channel', 'x'],
    ['--root', '/x', '--channel', 'x', 'more'],
  ]) {
    const result = await runProgram(agent, args, { accept: 'any' });
    t.equal(result.code, 2);
    t.match(result.stderr, /^usage: /m);
  }
  const result = await runProgram(agent, ['--root', '/nowhere', '--channel', '/nowhere/socket'], {
    accept: 'any',
  });
  t.equal(result.code, 1);
  t.match(result.stderr, /PORT_MISSING: no channel \/nowhere\/socket: No such file/);
});

t.test('a host that goes away does not stop the agent from ending', async t => {
  const sockets = await createSocketFolder();
  const root = await mkdtemp(join(tmpdir(), 'modstorm-agent-'));
  t.teardown(() => Promise.all([sockets.remove(), rm(root, { recursive: true })]));
  await mkdir(join(root, 'etc'));
  await writeFile(
    join(root, 'etc/modstorm.conf'),
    shell('while :; do echo x; done', 'deadline_ns=300000000'),
  );
  const listener: ChannelListener = await ChannelListener.listen({
    path: join(sockets.path, 'channel'),
    onMessage: message => {
      if (message.type === 'output') void listener.close();
    },
    onFault: () => {},
  });
  const running = startProgram(agent, ['--root', root, '--channel', listener.path]);
  const result = await running.done;
  t.equal(result.code, 1);
  t.match(result.stderr, /host did not answer/);
});
