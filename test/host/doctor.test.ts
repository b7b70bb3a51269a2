import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { doctorCommand, renderHostReport } from '../../harness/cli/commands/doctor.ts';
import { type HostProbe, inspectHost, realHost } from '../../harness/host/inspect-host.ts';
import { installMissing } from '../../harness/host/install-packages.ts';
import { readKvmNote, writeKvmNote } from '../../harness/host/kvm-note.ts';
import { hostNeeds, installCommand, packageManagerOf, packagesFor } from '../../harness/host/packages.ts';
import type { ProgramOptions, ProgramResult, runProgram } from '../../harness/process/program.ts';

const gib = 1024 ** 3;
const debian = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n';

/** A host where everything is there but what `lacks` names (programs by name, files by their name). */
function fakeHost(lacks: string[], changes: Partial<HostProbe> = {}, osRelease = debian): HostProbe {
  return {
    environment: { MODSTORM_CACHE: '/cache' },
    isRoot: true,
    readText: async path => (path === '/etc/os-release' ? osRelease : undefined),
    findProgram: name => (lacks.includes(name) ? undefined : `/usr/bin/${name}`),
    findFile: pattern => (lacks.some(name => pattern.endsWith(`/${name}`)) ? undefined : pattern),
    version: async program => `${program} 1.2`,
    openKvm: async () => {},
    freeBytes: async () => 50 * gib,
    memory: () => ({ totalBytes: 8 * gib, freeBytes: 6 * gib }),
    cores: () => 2,
    load: () => 0.5,
    ...changes,
  };
}

function errno(code: string): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error(code), { code }));
}

t.test('the table of packages', async t => {
  for (const need of hostNeeds) {
    t.ok((need.programs?.length ?? 0) + (need.files?.length ?? 0) > 0, `${need.name} can be looked for`);
    for (const manager of ['apt', 'dnf', 'pacman'] as const)
      t.ok(need.packages[manager].length > 0, `${need.name} ${manager}`);
  }
  t.equal(new Set(hostNeeds.map(need => need.name)).size, hostNeeds.length, 'names differ');
  t.equal(packageManagerOf({ ID: 'debian' }), 'apt');
  t.equal(packageManagerOf({ ID: 'linuxmint', ID_LIKE: 'ubuntu debian' }), 'apt');
  t.equal(packageManagerOf({ ID: 'rocky', ID_LIKE: 'rhel centos fedora' }), 'dnf');
  t.equal(packageManagerOf({ ID: 'arch' }), 'pacman');
  t.equal(packageManagerOf({}), undefined);
  const two = hostNeeds.filter(need => ['xz', 'zstd', 'seabios'].includes(need.name));
  t.strictSame(packagesFor(two, 'apt'), ['qemu-system-data', 'seabios', 'xz-utils', 'zstd']);
  t.equal(installCommand('apt', ['a', 'b'], true), 'apt-get install -y --no-install-recommends a b');
  t.equal(installCommand('dnf', ['a'], false), 'sudo dnf install -y a');
  t.equal(installCommand('pacman', ['a'], false), 'sudo pacman -S --needed --noconfirm a');
});

t.test('a report of a host', async t => {
  const report = await inspectHost(fakeHost(['bison', 'libelf.h']));
  t.strictSame(
    report.tools.filter(tool => tool.path === undefined).map(tool => tool.need.name),
    ['bison', 'libelf headers'],
  );
  t.equal(report.cure, 'apt-get install -y --no-install-recommends bison libelf-dev');
  t.equal(report.tools.find(tool => tool.need.name === 'qemu')?.version, '/usr/bin/qemu-system-x86_64 1.2');
  t.strictSame(report.warnings, []);
  const whole = await inspectHost(fakeHost([]));
  t.notHas(whole, 'cure');
  const small = await inspectHost(
    fakeHost([], { freeBytes: async () => gib, memory: () => ({ totalBytes: gib, freeBytes: gib }) }),
  );
  t.match(small.warnings, [/1\.0 GiB free.*MODSTORM_CACHE/, /memory/]);
  const unknown = await inspectHost(fakeHost(['gcc'], {}, 'ID=plan9\n'));
  t.equal(unknown.manager, undefined);
  t.notHas(unknown, 'cure');
  t.equal(unknown.tools.find(tool => tool.need.name === 'gcc')?.cure, undefined);
});

t.test('the state of KVM', async t => {
  const device = async (code: string) =>
    (await inspectHost(fakeHost([], { openKvm: errno(code) }))).accelerator.device;
  t.equal(await device('ENOENT'), 'missing');
  t.equal(await device('EACCES'), 'forbidden');
  t.equal(await device('ENXIO'), 'broken');
  t.match(
    renderHostReport(await inspectHost(fakeHost([]))),
    /kvm +\/dev\/kvm opens, which alone proves nothing; not tested yet/,
  );
  const folder = await mkdtemp(join(tmpdir(), 'modstorm-kvm-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const readText = (path: string) => readFile(path, 'utf8').catch(() => undefined);
  t.equal(await readKvmNote(folder, readText), undefined);
  const note = { usable: false, reason: 'QEMU aborted', at: '2026-11-21T03:00:00Z' };
  await writeKvmNote(folder, note);
  t.strictSame(await readKvmNote(folder, readText), note);
  const report = await inspectHost(fakeHost([], { environment: { MODSTORM_CACHE: folder }, readText }));
  t.match(renderHostReport(report), /kvm .*NOT USABLE on 2026-11-21: QEMU aborted/);
  for (const text of ['{', '{"usable":1}', 'null'])
    t.equal(await readKvmNote('', async () => text), undefined, text);
});

/** apt-get that ends with the given codes, one after the other. */
function fakeApt(codes: number[], lines: string[] = []): { run: typeof runProgram; calls: string[][] } {
  const calls: string[][] = [];
  const run = async (
    file: string,
    args: readonly string[],
    options: ProgramOptions = {},
  ): Promise<ProgramResult> => {
    calls.push([file, ...args]);
    for (const line of lines) options.onLine?.(line, 'stdout');
    return { code: codes.shift() ?? 0, stdout: '', stderr: 'E: no', durationNs: 1 };
  };
  return { run, calls };
}

t.test('installing what is missing', async t => {
  const report = await inspectHost(fakeHost(['zstd', 'bc']));
  const verbs = (calls: string[][]) =>
    calls.map(call => call.filter(word => ['update', 'install'].includes(word))[0]);
  const shown: string[] = [];
  const fresh = fakeApt(
    [],
    [
      'Reading state…',
      'Get:1 x',
      'Get:2 x',
      'E: Can not write log (Is /dev/pts mounted?)',
      'Setting up bc\x1b[0m',
    ],
  );
  let time = 0;
  await installMissing(report, {
    onLine: line => shown.push(line),
    run: fresh.run,
    listsAge: async () => 5,
    now: () => (time += 400),
  });
  t.strictSame(verbs(fresh.calls), ['install']);
  t.ok(fresh.calls[0]!.includes('DPkg::Lock::Timeout=300'), 'waits for another dpkg');
  t.strictSame(fresh.calls[0]!.slice(-2), ['bc', 'zstd']);
  t.strictSame(
    shown,
    ['installing bc zstd', 'Get:1 x', 'Setting up bc\\x1b[0m'],
    'at most one line a second, escaped',
  );
  const onLine = () => {};
  const empty = fakeApt([]);
  await installMissing(report, { onLine, run: empty.run, listsAge: async () => undefined });
  t.strictSame(verbs(empty.calls), ['update', 'install'], 'no lists');
  const stale = fakeApt([100, 0, 0]);
  await installMissing(report, { onLine, run: stale.run, listsAge: async () => 5 });
  t.strictSame(verbs(stale.calls), ['install', 'update', 'install'], 'lists of an old mirror');
  const broken = fakeApt([0, 100]);
  await t.rejects(installMissing(report, { onLine, run: broken.run, listsAge: async () => undefined }), {
    code: 'PACKAGE_INSTALL_FAILED',
    evidence: 'E: no',
  });
  const none = fakeApt([]);
  await installMissing(await inspectHost(fakeHost([])), { onLine, run: none.run });
  t.equal(none.calls.length, 0);
  const user = await inspectHost(fakeHost(['bc'], { isRoot: false }));
  await t.rejects(installMissing(user, { onLine }), {
    code: 'HOST_INCOMPLETE',
    hint: /sudo apt-get install .* bc/,
  });
});

/** Runs the command against hosts that follow one another; what it wrote and how it ended. */
async function doctor(options: Parameters<typeof doctorCommand>[0], hosts: HostProbe[]) {
  const output = { stdout: '', stderr: '', installs: 0, code: -1 };
  const context = {
    stdout: (text: string) => {
      output.stdout += text;
    },
    stderr: (text: string) => {
      output.stderr += text;
    },
    environment: {},
    signal: new AbortController().signal,
  };
  output.code = await doctorCommand(options, context, {
    inspect: forTests => inspectHost(hosts.length > 1 ? hosts.shift()! : hosts[0]!, forTests),
    install: async () => void output.installs++,
  });
  return output;
}

t.test('the command', async t => {
  const whole = fakeHost([]);
  t.match(await doctor({}, [whole]), { code: 0, stdout: /zstd +ok .*Nothing is missing\./s, stderr: '' });
  t.strictSame(await doctor({ brief: true, install: true }, [whole]), {
    code: 0,
    stdout: '',
    stderr: '',
    installs: 0,
  });
  const lacking = fakeHost(['bc', 'flex']);
  const told = await doctor({}, [lacking]);
  t.equal(told.code, 3);
  t.match(told.stdout, /bc +MISSING .*timeconst.*apt-get install .* bc\n.*2 missing.*bc flex\n/s);
  t.match(told.stderr, /missing on this host: flex, bc \[HOST_INCOMPLETE\]/);
  t.match(await doctor({ install: true, brief: true }, [lacking, whole]), {
    code: 0,
    installs: 1,
    stdout: '',
  });
  t.match(
    await doctor({ install: true }, [lacking]),
    { code: 3, installs: 1 },
    'installed, and still not there',
  );
  const untested = fakeHost(['clang-tidy', 'cpio']);
  t.match(await doctor({}, [untested]), { code: 0 }, 'what only the tests need is not missed');
  t.match(await doctor({ tests: true }, [untested]), {
    code: 3,
    stdout: /2 missing.*--no-install-recommends clang-tidy cpio\n/s,
  });
  const elsewhere = fakeHost(['bc'], {}, 'ID=fedora\n');
  t.match(await doctor({ install: true }, [elsewhere]), {
    code: 3,
    installs: 0,
    stderr: /dnf install -y bc/,
  });
  const user = fakeHost(['bc'], { isRoot: false });
  t.match(await doctor({ install: true }, [user]), { code: 3, installs: 0, stderr: /sudo apt-get/ });
});

t.test('--json', async t => {
  const { stdout, code } = await doctor({ json: true }, [fakeHost(['bc'])]);
  t.equal(code, 3);
  const report = JSON.parse(stdout);
  t.match(report, {
    version: 1,
    complete: false,
    packageManager: 'apt',
    cure: /bc$/,
    cores: 2,
    cache: { folder: '/cache' },
  });
  t.match(
    report.tools.find((tool: { name: string }) => tool.name === 'bc'),
    { path: null, cure: / bc$/ },
  );
  t.match(
    report.tools.find((tool: { name: string }) => tool.name === 'gcc'),
    { path: '/usr/bin/gcc', cure: null },
  );
});

t.test('the real host can be looked at', async t => {
  const report = await inspectHost(realHost());
  t.ok(report.cores > 0 && report.memory.totalBytes > 0 && report.cache.freeBytes >= 0);
  t.equal(realHost().findProgram('no-such-program-at-all'), undefined);
  t.ok(realHost().findFile('/usr/*/env'), 'a pattern');
  t.equal(realHost().findFile('/nowhere/*/env'), undefined);
});
