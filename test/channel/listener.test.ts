import { existsSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import {
  type ChannelFault,
  ChannelListener,
  type ChannelOptions,
  createSocketFolder,
  socketPathLimit,
} from '../../harness/channel/listener.ts';
import { acknowledgement, type FrameType, type Message } from '../../harness/channel/protocol.ts';
import { encodeFrame } from '../fakes/encode-frame.ts';

function bytesOf(sequence: number, type: FrameType, payload = ''): Buffer {
  return encodeFrame({ type, sequence, timeNs: sequence, payload: Buffer.from(payload) });
}

async function connected(path: string): Promise<Socket> {
  const socket = connect(path);
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return socket;
}

async function listen(t: Test, options: Partial<ChannelOptions> = {}) {
  const folder = await createSocketFolder();
  const messages: Message[] = [];
  const faults: ChannelFault[] = [];
  const listener = await ChannelListener.listen({
    path: join(folder.path, 'channel'),
    onMessage: message => messages.push(message),
    onFault: fault => faults.push(fault),
    ...options,
  });
  t.teardown(async () => {
    await listener.close();
    await folder.remove();
  });
  return { folder, listener, messages, faults };
}

t.test('messages are delivered, and the end is acknowledged', async t => {
  let connections = 0;
  let bytes = 0;
  const { listener, messages, faults } = await listen(t, {
    onConnect: () => connections++,
    onBytes: count => {
      bytes += count;
    },
  });
  const guest = await connected(listener.path);
  const answered = new Promise<Buffer>(resolve => guest.once('data', resolve));
  guest.write(bytesOf(0, 'phase', 'prepare'));
  guest.write(bytesOf(1, 'end', 'frames=1\n'));
  t.same(await answered, Buffer.of(acknowledgement));
  guest.end();
  await listener.closed;
  t.same(
    messages.map(message => message.type),
    ['phase', 'end'],
  );
  t.same(faults, []);
  t.equal(connections, 1);
  t.equal(bytes, listener.bytes);
  t.equal(bytes, bytesOf(0, 'phase', 'prepare').length + bytesOf(1, 'end', 'frames=1\n').length);
});

t.test('what is wrong is reported, and what follows is still delivered', async t => {
  const { listener, messages, faults } = await listen(t);
  const guest = await connected(listener.path);
  const wrong = [bytesOf(0, 'phase', 'lunch'), Buffer.from('noise'), bytesOf(2, 'note', 'A b')];
  guest.end(Buffer.concat([...wrong, bytesOf(3, 'kmsg', 'cut off').subarray(0, 30)]));
  await listener.closed;
  t.same(
    messages.map(message => message.type),
    ['note'],
  );
  t.same(
    faults.map(fault => fault.kind).sort(),
    ['garbage', 'gap', 'garbage', 'message', 'truncated'].sort(),
  );
});

t.test('exactly one connection is taken, and the socket is gone after it', async t => {
  const { listener, messages } = await listen(t);
  const guest = await connected(listener.path);
  guest.write(bytesOf(0, 'note', 'A b'));
  await t.rejects(
    (async () => {
      for (let tries = 0; tries < 100; tries++) {
        const second = await connected(listener.path);
        // Taken by the kernel before the listener stopped: then it is turned away.
        await new Promise(resolve => second.once('close', resolve));
      }
    })(),
    { code: /ENOENT|ECONNREFUSED/ },
  );
  t.equal(existsSync(listener.path), false);
  guest.end(bytesOf(1, 'note', 'C d'));
  await listener.closed;
  t.equal(messages.length, 2, 'the first is not disturbed');
});

t.test('a flood is cut off at the limit', async t => {
  const { listener, messages, faults } = await listen(t, { byteLimit: 100_000 });
  const guest = await connected(listener.path);
  guest.on('error', () => {});
  const gone = new Promise(resolve => guest.once('close', resolve));
  for (let sequence = 0; sequence < 400; sequence++) {
    guest.write(bytesOf(sequence, 'kmsg', 'x'.repeat(1000)));
  }
  await gone;
  await listener.closed;
  const flood = faults.filter(fault => fault.kind === 'flood');
  t.equal(flood.length, 1);
  t.match(flood[0]?.message, /more than 100000 bytes/);
  t.ok(messages.length * 1028 <= 100_000, 'nothing beyond the limit is delivered');
});

t.test('closing before, during and after a connection, also twice', async t => {
  const before = await listen(t);
  await before.listener.close();
  await before.listener.close();
  t.equal(existsSync(before.listener.path), false);
  const during = await listen(t);
  const guest = await connected(during.listener.path);
  guest.on('error', () => {});
  const gone = new Promise(resolve => guest.once('close', resolve));
  await during.listener.close();
  await gone;
  const { listener } = await listen(t);
  await listener[Symbol.asyncDispose]();
  await listener.closed;
  t.pass('all settled');
});

t.test('a path that the kernel cannot take, or that is taken', async t => {
  const sink = { onMessage: () => {}, onFault: () => {} };
  const long = `/tmp/${'é'.repeat(socketPathLimit / 2)}`;
  await t.rejects(ChannelListener.listen({ path: long, ...sink }), {
    code: 'SOCKET_PATH_TOO_LONG',
    message: / 111 bytes, .* at most 107/,
  });
  const { folder } = await listen(t);
  const taken = join(folder.path, 'taken');
  await writeFile(taken, '');
  await t.rejects(ChannelListener.listen({ path: taken, ...sink }), {
    code: 'SOCKET_FAILED',
    message: /EADDRINUSE/,
  });
  const exact = join(folder.path, 'x'.repeat(socketPathLimit - folder.path.length - 1));
  const longest = await ChannelListener.listen({ path: exact, ...sink });
  (await connected(exact)).end();
  await longest.closed;
});

t.test('the folder of a socket is private and short, whatever TMPDIR says', async t => {
  const old = process.env['TMPDIR'];
  t.teardown(() => {
    if (old === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = old;
  });
  process.env['TMPDIR'] = `/tmp/${'deep/'.repeat(30)}`;
  const folder = await createSocketFolder();
  t.ok(folder.path.startsWith('/tmp/modstorm-'));
  t.equal((await stat(folder.path)).mode & 0o777, 0o700);
  await writeFile(join(folder.path, 'channel'), '');
  await folder.remove();
  await folder.remove();
  t.equal(existsSync(folder.path), false);
});
