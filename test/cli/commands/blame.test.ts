import t from 'tap';
import { blameCommand } from '../../../harness/cli/commands/blame.ts';
import type { Attempt } from '../../../harness/measurement/trace/attempt.ts';
import { blameAttempts } from '../../../harness/measurement/trace/blame.ts';
import { projectPath } from '../../../harness/project.ts';
import { fakeContext } from '../../fakes/command-context.ts';
import { fakeRun } from '../../fakes/run-fixture.ts';
import { fakeRunContent, writeFakeRun } from '../../fakes/run-folder-fixture.ts';
import { load, oneKernel } from '../../matrix/fixture.ts';

const matrix = load(`${oneKernel}config: stats\naxes: { vcpus: [1, 2] }\ntrials: 2\n`, 'quick.yaml');

function attempts(module: string): Attempt[] {
  return [0, 1, 2].map(number => ({
    module,
    call: 'finit_module',
    pid: number,
    startNs: number * 1e6,
    durationNs: 2e6,
    outcome: number === 0 ? 'loaded' : number === 1 ? 'merged' : 'duplicate-early',
    bytes: number === 2 ? 1024 : 0,
    requester: { kind: 'udev', device: `system/cpu/cpu${number}` },
  }));
}

function writeRun(root: string, module: string, addsUp = true): string {
  const content = fakeRunContent({
    run: fakeRun(),
    cells: matrix.cells,
    repetitions: 2,
    measure: () => ({}),
  });
  for (const record of content.records.filter(({ cell }) => cell === matrix.cells[0]?.id))
    record.ledger = { attempts: 3, lostEvents: 0, addsUp, blame: blameAttempts(attempts(module)) };
  return writeFakeRun(root, content);
}

async function blame(folder: string, cell?: string, json = false) {
  const context = fakeContext();
  const code = await blameCommand(folder, cell, { results: 'results', json }, context);
  return { code, output: context.output };
}

t.test('who asked, added up over the boots of a cell', async t => {
  const folder = writeRun(t.testdir(), 'kvm');
  const { code, output } = await blame(folder);
  t.equal(code, 0);
  t.match(output, /^vcpus=1:\n/);
  t.match(output, /^ *2 KiB +100 % +6 +2 +2 +- +2 +- +8 ms +udev: modaliases of devices$/m);
  t.match(
    output,
    '4 of 6 loads of kvm in 2 boots: udev, for the modalias of 3 devices (system/cpu/cpu*), within 2 ms; 2 waited for another load, 2 failed before their layout, 2 KiB thrown away',
  );
  t.match(output, /6 calls of .* in 2 traced boots: .* add up/);
  t.notMatch(output, 'vcpus=2', 'a cell that was not traced has nothing to say');
  t.match(JSON.parse((await blame(folder, 'vcpus=1', true)).output), {
    version: 1,
    cells: [{ label: 'vcpus=1', boots: 2, addsUp: 2, rows: [{ kind: 'udev', bytes: 2048 }] }],
  });
});

t.test('a ledger that does not add up is said', async t => {
  t.match((await blame(writeRun(t.testdir(), 'kvm', false))).output, /in 2 boots the ledger differs/);
});

t.test('hostile names stay text', async t => {
  const { output } = await blame(writeRun(t.testdir(), 'a\u001b]0;x\u0007\u202e'));
  for (const character of ['\u001b', '\u0007', '\u202e']) t.notOk(output.includes(character));
});

t.test('the trace of any machine', async t => {
  const { output } = await blame(projectPath('test/golden/traces/6.12-coldplug.txt'));
  t.match(output, /^ +- +- +114 +30 +- +- +84 +- .* udev: modaliases of devices$/m);
  t.match(output, /there are no counters to compare them with/);
  const other = t.testdir({ 'dmesg.txt': '[    0.000000] Linux version 6.12\n' });
  await t.rejects(blame(`${other}/dmesg.txt`), { code: 'TRACE_UNRECOGNISED', hint: /--explain/ });
  const guide = fakeContext();
  await blameCommand(undefined, undefined, { results: 'results', explain: true }, guide);
  t.match(guide.output, 'kprobe_event=r:modstorm/module_open,do_sys_openat2,fd=$retval:s32');
  t.match(
    guide.output,
    "echo 'p:modstorm/module_lookup find_module_all module=+0($arg1):string' >> kprobe_events",
  );
  await t.rejects(blameCommand(undefined, undefined, { results: 'results' }, guide), {
    code: 'BLAME_ARGUMENTS',
  });
});

t.test('the calls for one module on a scale of time', async t => {
  const trace = projectPath('test/golden/traces/6.12-merged.txt');
  const context = fakeContext();
  await blameCommand(trace, undefined, { results: 'results', module: 'xfs' }, context);
  t.match(context.output, /^xfs: 8 calls within [\d.]+ ms$/m);
  t.match(context.output, /loaded +\d+ +storm +\| *#+ *\|$/m);
  t.equal([...context.output.matchAll(/merged +\d+ +storm +\| *\.+ *\|/g)].length, 7);
  await t.rejects(blameCommand(trace, undefined, { results: 'results', module: 'kvm' }, context), {
    code: 'BLAME_MODULE',
    hint: /xfs/,
  });
});

t.test('the same as a page, a lane for each task', async t => {
  const trace = projectPath('test/golden/traces/6.12-merged.txt');
  const context = fakeContext();
  await blameCommand(trace, undefined, { results: 'results', module: 'xfs', html: true }, context);
  t.equal([...context.output.matchAll(/<rect class="p3"/g)].length, 7, 'those that waited');
  t.equal([...context.output.matchAll(/<rect class="p5"/g)].length, 1, 'and the one that loaded');
  t.match(context.output, /<h2>8 calls by 8 tasks<\/h2>/);
  await t.rejects(blameCommand(trace, undefined, { results: 'results', html: true }, context), {
    code: 'BLAME_ARGUMENTS',
  });
});

t.test("Chrome's trace format", async t => {
  const trace = projectPath('test/golden/traces/6.12-failing-init.txt');
  const context = fakeContext();
  await blameCommand(trace, undefined, { results: 'results', chrome: true }, context);
  const { traceEvents } = JSON.parse(context.output);
  t.equal(traceEvents.length, 32);
  for (const event of traceEvents) {
    t.match(event, { ph: 'X', pid: 1, cat: /^(init-failed|duplicate-early)$/, args: { who: /burst/ } });
    t.ok(event.ts > 0 && event.dur >= 0 && Number.isInteger(event.tid));
  }
});

t.test('nothing to tell', async t => {
  const folder = writeRun(t.testdir(), 'kvm');
  await t.rejects(blame(folder, 'vcpus=2'), { code: 'BLAME_UNTRACED', hint: /config: stats\+dups\+trace/ });
  await t.rejects(blame(folder, 'vcpus=9'), { code: 'BLAME_CELL', hint: /vcpus=1; vcpus=2/ });
});
