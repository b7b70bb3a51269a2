import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { renderAgentConfig } from '../../harness/image/agent-config.ts';
import { type CpioEntry, writeCpio } from '../../harness/image/cpio.ts';
import { isElf, readElf } from '../../harness/image/elf.ts';
import { skeleton } from '../../harness/image/userland.ts';
import { runProgram } from '../../harness/process/program.ts';
import { elfFile } from './elf-file.ts';

const entries: CpioEntry[] = [
  { kind: 'file', path: 'usr/bin/tool', mode: 0o755, content: Buffer.from('hello') },
  { kind: 'symlink', path: 'bin', target: 'usr/bin' },
  { kind: 'character-device', path: 'dev/console', mode: 0o600, major: 5, minor: 1 },
  { kind: 'directory', path: 'tmp', mode: 0o1777 },
  { kind: 'file', path: 'empty', mode: 0o644, content: new Uint8Array(0) },
];

t.test('a cpio archive is what cpio itself reads', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'modstorm-cpio-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const inputFile = join(folder, 'archive');
  await writeFile(inputFile, writeCpio(entries));
  const listed = await runProgram('cpio', ['-tv', '--numeric-uid-gid'], {
    inputFile,
    environment: { TZ: 'UTC', LC_ALL: 'C' },
  });
  const lines = listed.stdout
    .trimEnd()
    .split('\n')
    .map(line => line.replace(/\s+/g, ' '));
  t.strictSame(lines, [
    'lrwxrwxrwx 1 0 0 7 Jan 1 1970 bin -> usr/bin',
    'drwxr-xr-x 1 0 0 0 Jan 1 1970 dev',
    'crw------- 1 0 0 5, 1 Jan 1 1970 dev/console',
    '-rw-r--r-- 1 0 0 0 Jan 1 1970 empty',
    'drwxrwxrwt 1 0 0 0 Jan 1 1970 tmp',
    'drwxr-xr-x 1 0 0 0 Jan 1 1970 usr',
    'drwxr-xr-x 1 0 0 0 Jan 1 1970 usr/bin',
    '-rwxr-xr-x 1 0 0 5 Jan 1 1970 usr/bin/tool',
  ]);
});

t.test('a cpio archive is reproducible, aligned, and refuses what it cannot tell', async t => {
  const archive = writeCpio(entries);
  t.strictSame(writeCpio(entries.toReversed()), archive, 'the order of entries does not matter');
  t.equal(archive.length % 512, 0, 'archives can be joined');
  t.equal(
    createHash('sha256').update(archive).digest('hex'),
    'a14fee818ddddcb29925439fed7c69f95d1974a610e5b6eb9f31afd7a00765fc',
  );
  t.equal(
    archive.toString('latin1', 0, 114),
    `070701${'00000001'}0000a1ff${'0'.repeat(16)}00000001${'0'.repeat(8)}00000007${'0'.repeat(32)}00000004${'0'.repeat(8)}bin\0`,
  );
  for (const path of ['', '/etc', '../etc', 'a//b', 'a/', 'TRAILER!!!', 'a\0b']) {
    t.throws(() => writeCpio([{ kind: 'directory', path, mode: 0o755 }]), { code: 'CPIO_INVALID' }, path);
  }
  t.throws(() => writeCpio([entries[0]!, entries[0]!]), { code: 'CPIO_INVALID' }, 'twice the same');
  const inLink: CpioEntry = { kind: 'file', path: 'bin/x', mode: 0o644, content: Buffer.alloc(0) };
  t.throws(
    () => writeCpio([...entries, inLink]),
    { code: 'CPIO_INVALID' },
    'the kernel would put a folder over the link',
  );
  t.doesNotThrow(() => writeCpio(skeleton()));
});

t.test('an ELF file tells its loader and libraries', async t => {
  const dlopen = JSON.stringify([{ soname: ['libzstd.so.1', 'libzstd.so.0'] }, { feature: 'odd' }]);
  const options = {
    interpreter: '/lib64/ld-linux-x86-64.so.2',
    needed: ['libc.so.6', 'libm.so.6'],
    soname: 'libx.so.1',
    dlopen,
    runpath: '/usr/lib/own:$ORIGIN/x',
  };
  t.strictSame(readElf(elfFile(options), 'x'), {
    interpreter: '/lib64/ld-linux-x86-64.so.2',
    needed: ['libc.so.6', 'libm.so.6'],
    soname: 'libx.so.1',
    runpath: ['/usr/lib/own', '$ORIGIN/x'],
    optional: ['libzstd.so.1'],
  });
  t.strictSame(readElf(elfFile({}), 'static'), {
    soname: undefined,
    needed: [],
    runpath: [],
    optional: [],
  });
  const node = readElf(readFileSync(process.execPath), 'node');
  t.ok(node.needed.includes('libc.so.6'), 'a real program');
  t.notOk(isElf(Buffer.from('#!/bin/sh')));
});

t.test('a broken ELF file is refused, never read out of bounds', async t => {
  const good = elfFile({
    needed: ['libc.so.6'],
    interpreter: '/lib64/ld.so',
    dlopen: '[{"soname":["liba.so"]}]',
  });
  t.throws(() => readElf(Buffer.from('\x7fELF'), 'short'), { code: 'ELF_INVALID' });
  const foreign = Buffer.from(good);
  foreign.writeUInt16LE(183, 18);
  t.throws(() => readElf(foreign, 'arm'), { code: 'ELF_INVALID' });
  for (let length = 0; length < good.length; length++) {
    t.throws(() => readElf(good.subarray(0, length), 'cut'), { code: 'ELF_INVALID' });
  }
  for (let at = 0; at < good.length; at++) {
    const changed = Buffer.from(good);
    changed[at]! ^= 0xff;
    try {
      readElf(changed, 'changed');
    } catch (error) {
      if ((error as { code?: string }).code !== 'ELF_INVALID') t.fail(`byte ${at}: ${String(error)}`);
    }
  }
  t.throws(() => readElf(elfFile({ dlopen: '{' }), 'note'), { code: 'ELF_INVALID' });
});

t.test('the configuration of the agent', async t => {
  const config = {
    vcpus: 8,
    require: ['module_stats', 'decompress'] as const,
    early: ['virtio_pci'],
    load: ['exportfs', 'libcrc32c'],
    run: ['stress-ng', '--module', '', 'a b=c'],
    environment: { LANG: 'C' },
    deadlineNs: 35e9,
    results: ['/run/stress-ng.yaml'],
    sampleNs: 50e6,
  };
  t.equal(
    renderAgentConfig(config),
    [
      'version=1',
      'vcpus=8',
      'require=module_stats',
      'require=decompress',
      'early=virtio_pci',
      'load=exportfs',
      'load=libcrc32c',
      'run=stress-ng',
      'run=--module',
      'run=',
      'run=a b=c',
      'env=LANG=C',
      'deadline_ns=35000000000',
      'result=/run/stress-ng.yaml',
      'sample_ns=50000000',
      '',
    ].join('\n'),
  );
  const least = { require: [], early: [], load: [], run: ['true'], results: [] };
  t.equal(renderAgentConfig(least), 'version=1\nrun=true\n');
  t.throws(() => renderAgentConfig({ ...least, run: ['a\nversion=2'] }), { code: 'AGENT_CONFIG' });
  t.throws(() => renderAgentConfig({ ...least, environment: { A: '\0' } }), { code: 'AGENT_CONFIG' });
  t.throws(() => renderAgentConfig({ ...least, load: Array(256).fill('m') }), { code: 'AGENT_CONFIG' });
  t.throws(() => renderAgentConfig({ ...least, run: ['x'.repeat(70000)] }), { code: 'AGENT_CONFIG' });
});
