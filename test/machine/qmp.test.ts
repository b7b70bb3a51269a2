import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { hangEvidence } from '../../harness/machine/hang-evidence.ts';
import { listenQmp, QmpDecoder, type QmpEvent, qmpMessageLimit } from '../../harness/machine/qmp.ts';

const folder = mkdtempSync(join(tmpdir(), 'modstorm-machine-'));
t.teardown(() => rmSync(folder, { recursive: true }));

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
  t.match(await hangEvidence(qmp), { text: /guest is running/, qemuAnswers: true });
  const waiting = t.rejects(qmp.execute('mute'), { code: 'QMP_PROTOCOL' });
  await t.rejects(qmp.execute('noise'), { code: 'QMP_PROTOCOL' });
  await waiting;
  await t.rejects(qmp.execute('query-status'), { code: 'QMP_PROTOCOL' });
  t.match(await hangEvidence(qmp), { text: /did not answer further queries/, qemuAnswers: false });
  t.match(await hangEvidence(undefined), { text: /has not opened/, qemuAnswers: false });
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
  t.end();
});
