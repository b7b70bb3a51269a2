import { readFileSync } from 'node:fs';
import t from 'tap';
import { FrameDecoder } from '../../harness/channel/frame-decoder.ts';
import { parseMessage } from '../../harness/channel/message.ts';
import {
  type Frame,
  type FrameType,
  framePayloadLimit,
  frameTypes,
  type Message,
  portName,
} from '../../harness/channel/protocol.ts';
import { formatTranscriptLine, parseTranscriptLine } from '../../harness/channel/transcript.ts';
import { projectPath } from '../../harness/project.ts';
import { encodeFrame } from '../fakes/encode-frame.ts';

function frame(sequence: number, type: FrameType, payload: string | Buffer): Frame {
  return { type, sequence, timeNs: 1000 + sequence, payload: Buffer.from(payload) };
}

function decode(...chunks: Buffer[]) {
  const decoder = new FrameDecoder();
  const parts = [...chunks.map(chunk => decoder.push(chunk)), decoder.finish()];
  return { frames: parts.flatMap(part => part.frames), faults: parts.flatMap(part => part.faults) };
}

const first = frame(0, 'hello', 'agent=1\n');
const second = frame(1, 'kmsg', '6,0,0,-;Linux version\n');
const third = frame(2, 'end', '');

t.test('whole frames come out as they went in', async t => {
  const stream = Buffer.concat([first, second, third].map(encodeFrame));
  t.same(decode(stream), { frames: [first, second, third], faults: [] });
  const single = [...stream].map(byte => Buffer.of(byte));
  t.same(decode(...single), { frames: [first, second, third], faults: [] }, 'byte by byte');
});

t.test('the checksum is that of zlib over header and payload', async t => {
  const bytes = encodeFrame(first);
  t.equal(bytes.readUInt32LE(0), 0x3146534d);
  t.equal(bytes.subarray(0, 4).toString(), 'MSF1');
  // Computed with Python: zlib.crc32(header[:24] + payload)
  t.equal(bytes.readUInt32LE(24), 0xf2ded1ab);
});

t.test('garbage is skipped, counted and placed', async t => {
  const noise = Buffer.from('SeaBIOS MSF MS M');
  const { frames, faults } = decode(noise, encodeFrame(first), Buffer.from('MSF'), encodeFrame(second));
  t.same(frames, [first, second]);
  t.match(faults, [
    { kind: 'garbage', offset: 0, message: '16 bytes belong to no frame' },
    { kind: 'garbage', offset: noise.length + encodeFrame(first).length, message: /^3 bytes/ },
  ]);
});

t.test('a damaged frame is dropped and the next one found', async t => {
  for (const place of [4, 8, 12, 16, 24, 30]) {
    const damaged = encodeFrame(second);
    damaged[place]! ^= 0x01;
    const { frames, faults } = decode(encodeFrame(first), damaged, encodeFrame(third));
    t.same(frames, [first, third], `bit flipped at ${place}`);
    t.ok(faults.some(fault => fault.kind === 'checksum' || fault.kind === 'truncated'));
    t.ok(faults.some(fault => fault.kind === 'gap' && fault.message.startsWith('1 frames before frame 2')));
  }
});

t.test('an announced length beyond the limit is not waited for', async t => {
  const endless = encodeFrame(first);
  endless.writeUInt32LE(framePayloadLimit + 1, 4);
  const decoder = new FrameDecoder();
  const decoded = decoder.push(Buffer.concat([endless, encodeFrame(first)]));
  t.same(decoded.frames, [first]);
  t.equal(decoded.faults[0]?.kind, 'length');
});

t.test('the longest frame passes, and an empty one', async t => {
  const longest = frame(0, 'file', Buffer.alloc(framePayloadLimit, 0x4d));
  t.same(decode(encodeFrame(longest), encodeFrame(frame(1, 'note', ''))).faults, []);
});

t.test('sequence: duplicates are left out, gaps counted, unknown types skipped', async t => {
  const unknown = encodeFrame(second);
  unknown.writeUInt16LE(99, 12);
  const far = frame(7, 'note', 'A b');
  const { frames, faults } = decode(
    encodeFrame(first),
    encodeFrame(first),
    encodeFrame(second),
    encodeFrame(far),
    encodeFrame(second),
  );
  t.same(frames, [first, second, far]);
  t.same(
    faults.map(fault => fault.kind),
    ['duplicate', 'gap', 'duplicate'],
  );
  t.match(faults[1]?.message, /^5 frames before frame 7/);
  t.equal(decode(unknown).frames.length, 0, 'a changed type breaks the checksum');
  const strange = { ...second, type: 'strange' as FrameType };
  const types = frameTypes as Record<string, number>;
  types['strange'] = 99;
  const bytes = encodeFrame({ ...strange, sequence: 0 });
  delete types['strange'];
  t.match(decode(bytes).faults, [{ kind: 'type', message: /unknown type 99/ }]);
});

t.test('a stream that ends in a frame says so, and whole frames behind it are found', async t => {
  const cut = encodeFrame(frame(0, 'kmsg', 'x'.repeat(500))).subarray(0, 100);
  const { frames, faults } = decode(cut, encodeFrame(second));
  t.same(frames, [second]);
  t.ok(faults.some(fault => fault.kind === 'truncated'));
  t.match(decode(encodeFrame(first).subarray(0, 10)).faults, [
    { kind: 'truncated', offset: 0 },
    { kind: 'garbage', offset: 0, message: /^10 bytes/ },
  ]);
});

t.test('messages: each type has its meaning', async t => {
  const meaning = (type: FrameType, payload: string | Buffer) => parseMessage(frame(1, type, payload));
  const at = { timeNs: 1001 };
  t.same(meaning('hello', 'agent=1\ncommand_line=a=b c\nnew_key=\n'), {
    ...at,
    type: 'hello',
    facts: { agent: '1', command_line: 'a=b c', new_key: '' },
  });
  t.same(meaning('phase', 'collect'), { ...at, type: 'phase', phase: 'collect' });
  t.same(meaning('counters', 'before\nmodcount 18446744073709551615\nnew !EIO\n'), {
    ...at,
    type: 'counters',
    moment: 'before',
    values: { modcount: '18446744073709551615' },
    missing: { new: 'EIO' },
  });
  t.same(meaning('stats', 'after\n  Mods ever loaded\t27\n'), {
    ...at,
    type: 'stats',
    moment: 'after',
    text: '  Mods ever loaded\t27\n',
  });
  t.same(meaning('output', 'stderr\na\nb'), { ...at, type: 'output', stream: 'stderr', text: 'a\nb' });
  t.same(meaning('note', 'KMSG_LOST a b'), { ...at, type: 'note', code: 'KMSG_LOST', text: 'a b' });
  t.same(meaning('error', 'EXEC_FAILED\nx: y'), { ...at, type: 'error', code: 'EXEC_FAILED', text: 'x: y' });
  t.same(meaning('file', Buffer.from('last /run/a b\n\0\xff', 'latin1')), {
    ...at,
    type: 'file',
    name: '/run/a b',
    content: Buffer.of(0, 255),
    last: true,
  });
  t.equal(
    (meaning('kmsg', Buffer.of(0x36, 0xff)) as { record: string }).record,
    '6\ufffd',
    'bad UTF-8 is replaced',
  );
  const exit = 'cause=signaled\ncode=9\nwall_ns=1\nuser_ns=2\nsystem_ns=3\nmax_rss_bytes=4096\nfuture=1\n';
  t.match(meaning('exit', exit), { exit: { cause: 'signaled', code: 9, wallNs: 1, maxRssBytes: 4096 } });
});

t.test('messages: what is wrong is refused with the frame and the reason', async t => {
  const refused: [FrameType, string, RegExp][] = [
    ['hello', 'novalue\n', /hello frame 1 is invalid: the line "novalue" is not key=value/],
    ['hello', '=x\n', /not key=value/],
    ['end', 'a=1\na=2\n', /"a" appears twice/],
    ['phase', 'lunch', /"lunch" is not one of prepare, workload/],
    ['counters', 'during\n', /"during" is not one of before, after/],
    ['counters', 'before\n 5\n', /has no name/],
    ['stats', 'before', /no first line/],
    ['output', 'stdin\nx', /not one of stdout, stderr/],
    ['file', 'last ../../etc/passwd\n', /not an absolute path/],
    ['exit', 'cause=exited\ncode=\n', /code is "", not a whole number/],
    ['exit', 'cause=exited\ncode=-1\n', /code is "-1"/],
    ['exit', 'code=0\n', /"" is not one of exited/],
  ];
  for (const [type, payload, message] of refused) {
    t.throws(() => parseMessage(frame(1, type, payload)), { code: 'MESSAGE_INVALID', message });
  }
  t.throws(() => parseMessage(frame(1, 'phase', 'x'.repeat(60000))), { message: /^.{0,400}$/ }, 'bounded');
  const facts = parseMessage(frame(1, 'hello', '__proto__=x\n')) as { facts: Record<string, string> };
  t.ok(Object.hasOwn(facts.facts, '__proto__'), 'a key that means something to JavaScript is only a key');
});

t.test('the transcript gives back what it was given', async t => {
  const messages: Message[] = [
    { type: 'file', timeNs: 5, name: '/run/x', content: Buffer.of(0, 1, 255), last: false },
    {
      type: 'counters',
      timeNs: 6,
      moment: 'after',
      values: { modcount: '18446744073709551615' },
      missing: {},
    },
    { type: 'note', timeNs: 7, code: 'A', text: 'line\nline\u2028' },
  ];
  for (const message of messages) {
    const line = formatTranscriptLine(message);
    t.notMatch(line, /\n/);
    t.same(parseTranscriptLine(line), message);
  }
  for (const line of [
    '',
    '{"type":"note"',
    '{"type":"note","timeNs":1}',
    '{"type":"file","content":5}',
    '[]',
  ]) {
    t.throws(() => parseTranscriptLine(line), { code: 'TRANSCRIPT_INVALID' });
  }
});

t.test('the C side has the same numbers', async t => {
  const header = readFileSync(projectPath('guests', 'agent', 'channel', 'frame.h'), 'utf8');
  for (const [name, number] of Object.entries(frameTypes)) {
    t.ok(header.includes(`\tFRAME_${name.toUpperCase()} = ${number},\n`), name);
  }
  t.ok(readFileSync(projectPath('guests', 'agent', 'channel', 'port.h'), 'utf8').includes(`"${portName}"`));
});

t.test('messages: a counter file that somebody emptied is a counter that is missing', async t => {
  const message = parseMessage(frame(1, 'counters', 'before\nmodcount\nfailed_kreads 3\nfailed_becoming \n'));
  t.match(message, {
    values: { failed_kreads: '3' },
    missing: { modcount: 'empty', failed_becoming: 'empty' },
  });
});
