import { appendFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { InfrastructureError } from '../../harness/errors.ts';
import { type AcceleratorRequest, proveAccelerator } from '../../harness/machine/accelerator.ts';
import { ConsoleTail, consoleLineLimit } from '../../harness/machine/console.ts';
import { CrashWatch } from '../../harness/machine/crash-watch.ts';
import { hangEvidence, summariseRegisters } from '../../harness/machine/hang-evidence.ts';
import { listenQmp, QmpDecoder, type QmpEvent, qmpMessageLimit } from '../../harness/machine/qmp.ts';
import type { Crash } from '../../harness/measurement/crashes/crash.ts';

const folder = mkdtempSync(join(tmpdir(), 'modstorm-machine-'));
t.teardown(() => rmSync(folder, { recursive: true }));

t.test('the console is followed, whole lines only, bounded', async t => {
  const path = join(folder, 'console');
  const tail = new ConsoleTail(path, 20_000);
  t.same(await tail.read(), [], 'QEMU has not made the file yet');
  writeFileSync(path, 'one\r\ntw');
  t.same(await tail.read(), ['one']);
  appendFileSync(path, Buffer.concat([Buffer.from('o\n'), Buffer.from('ü').subarray(0, 1)]));
  t.same(await tail.read(), ['two']);
  appendFileSync(path, Buffer.concat([Buffer.from('ü').subarray(1), Buffer.from([0xff, 10])]));
  t.same(await tail.read(), ['ü\ufffd']);
  appendFileSync(path, `${'y'.repeat(consoleLineLimit + 100)}\nlast`);
  const [long] = await tail.read();
  t.equal(long?.length, consoleLineLimit + 1, 'a long line is cut');
  t.equal(tail.flooded, false);
  appendFileSync(path, 'z'.repeat(40_000));
  const rest = await tail.close();
  t.ok(rest[0]?.startsWith('lastzzz'));
  t.equal(tail.flooded, true);
  t.equal(tail.bytes, 20_000);
});

t.test('crashes are found as the console grows', t => {
  const recognise = (lines: readonly string[]): Crash[] =>
    lines.flatMap((line, index) => {
      if (!/^(WARNING|panic)/.test(line)) return [];
      const fatal = line.startsWith('panic');
      const evidence = lines.slice(index, fatal ? undefined : index + 2);
      return [{ class: fatal ? 'panic' : 'warning', title: evidence.slice(0, 2).join(' '), evidence, fatal }];
    });
  const titles = (watch: CrashWatch) => watch.crashes.map(each => each.title);
  const watch = new CrashWatch(recognise);
  watch.push(['boot', 'WARNING']);
  t.same(titles(watch), ['WARNING']);
  watch.push(['one', 'between', 'WARNING', 'two']);
  t.same(titles(watch), ['WARNING one', 'WARNING two'], 'a title may still grow');
  t.equal(watch.fatal, undefined);
  watch.push(Array.from({ length: 5000 }, () => 'noise'));
  watch.push(['panic', 'now']);
  watch.push(['trace', 'end']);
  t.same(watch.fatal?.evidence, ['panic', 'now', 'trace', 'end']);
  t.same(titles(watch), ['WARNING one', 'WARNING two', 'panic now']);
  t.end();
});

/** A QEMU's side of the QMP socket. */
function fakeMonitor(path: string, answer: (command: string, id: number) => string): Promise<Socket> {
  return new Promise(resolve => {
    const socket = connect(path, () => resolve(socket));
    socket.on('error', () => {});
    socket.write('{"QMP": {"version": {}, "capabilities": []}}\r\n');
    socket.on('data', data => {
      for (const line of data.toString().trim().split('\n')) {
        const { execute, id } = JSON.parse(line);
        socket.write(answer(execute, id));
      }
    });
  });
}

t.test('QMP: greeting, commands, events, refusals, silence', async t => {
  const path = join(folder, 'qmp');
  const events: QmpEvent[] = [];
  const listener = await listenQmp(path, event => events.push(event));
  const socket = await fakeMonitor(path, (command, id) => {
    if (command === 'mute') return '';
    if (command === 'bad')
      return `{"error": {"class": "GenericError", "desc": "no such thing"}, "id": ${id}}\r\n`;
    if (command === 'noise') return 'not json\r\n';
    return `{"event": "RESET", "data": {"guest": true}}\r\n{"return": {"status": "running"}, "id": ${id}}\r\n`;
  });
  const qmp = await listener.connected;
  t.same(await qmp.execute('query-status'), { status: 'running' });
  t.match(events, [{ event: 'RESET', data: { guest: true } }, { event: 'RESET' }]);
  await t.rejects(qmp.execute('bad'), { code: 'QMP_ERROR', message: /no such thing/ });
  await t.rejects(qmp.execute('mute', {}, 1e6), { code: 'QMP_TIMEOUT' });
  t.match(await hangEvidence(qmp), /guest is running/);
  const waiting = t.rejects(qmp.execute('mute'), { code: 'QMP_PROTOCOL' });
  await t.rejects(qmp.execute('noise'), { code: 'QMP_PROTOCOL' });
  await waiting;
  await t.rejects(qmp.execute('query-status'), { code: 'QMP_PROTOCOL' });
  t.match(await hangEvidence(qmp), /No more could be asked/);
  t.match(await hangEvidence(undefined), /has not opened/);
  await listener.close();
  socket.destroy();
  t.notOk(existsSync(path));

  const unused = await listenQmp(path, () => {});
  await unused.close();
  await t.rejects(unused.connected, { code: 'QMP_CLOSED' });
  await t.rejects(
    listenQmp(`/tmp/${'x'.repeat(120)}`, () => {}),
    { code: 'SOCKET_PATH_TOO_LONG' },
  );
  await t.rejects(
    listenQmp('/no/such/folder/qmp', () => {}),
    { code: 'SOCKET_LISTEN' },
  );
});

t.test('QMP lines are bounded and must be objects', t => {
  const decoder = new QmpDecoder();
  t.same(decoder.push(Buffer.from('{"a":')), []);
  t.same(decoder.push(Buffer.from('1}\r\n\r\n{"b":2}\n')), [{ a: 1 }, { b: 2 }]);
  t.throws(() => decoder.push(Buffer.from('[1]\n')), { code: 'QMP_PROTOCOL' });
  const endless = Buffer.alloc(qmpMessageLimit + 1, 'x');
  t.throws(() => new QmpDecoder().push(endless), { code: 'QMP_PROTOCOL' });
  const many = Array.from({ length: 70 }, (_, index) => `CPU#${index}\nEIP=0000fff0 HLT=0\n`).join('\n');
  t.equal(summariseRegisters(many).length, 65);
  t.equal(summariseRegisters(many)[69 - 5], '… and 6 more');
  t.same(summariseRegisters('garbage'), []);
  t.end();
});

t.test('the accelerator: kvm never falls back, auto says why', async t => {
  const failing = (code: string) => async () => {
    throw Object.assign(new Error(code), { code });
  };
  const request = (changes: Partial<AcceleratorRequest>) =>
    proveAccelerator({
      requested: 'auto',
      openDevice: async () => {},
      smokeBoot: async () => ({ ok: true, durationNs: 9e8 }),
      ...changes,
    });
  const never = () => t.fail('nothing is tried when emulation was asked for') as never;
  t.match(await request({ requested: 'tcg', openDevice: never, smokeBoot: never }), { accelerator: 'tcg' });
  t.match(await request({ requested: 'kvm' }), { accelerator: 'kvm', reason: /hello in 900 ms/ });
  t.match(await request({}), { accelerator: 'kvm', requested: 'auto' });
  t.match(await request({ openDevice: failing('ENOENT') }), { accelerator: 'tcg', reason: /does not exist/ });
  const denied = { code: 'KVM_UNUSABLE', message: /EACCES/, hint: /usermod -aG kvm/ };
  await t.rejects(request({ requested: 'kvm', openDevice: failing('EACCES') }), denied);
  await t.rejects(request({ requested: 'kvm', openDevice: failing('ENODEV') }), {
    code: 'KVM_UNUSABLE',
    hint: /nested/,
  });
  await t.rejects(request({ requested: 'kvm', openDevice: failing('EIO') }), {
    code: 'KVM_UNUSABLE',
    message: /EIO/,
  });
  const smokeBoot = async () => ({
    ok: false as const,
    reason: 'QEMU died of SIGABRT',
    evidence: 'MSR 0x10a',
  });
  t.match(await request({ smokeBoot }), { accelerator: 'tcg', reason: /smoke boot failed: QEMU died/ });
  const refused = await request({ requested: 'kvm', smokeBoot }).catch(error => error);
  t.ok(refused instanceof InfrastructureError);
  t.match(refused, { code: 'KVM_UNUSABLE', evidence: 'MSR 0x10a' });
});
