import fc from 'fast-check';
import t from 'tap';
import { FrameDecoder } from '../../harness/channel/frame-decoder.ts';
import { type Frame, type FrameType, frameTypes } from '../../harness/channel/protocol.ts';
import { encodeFrame } from '../fakes/encode-frame.ts';

const payload = fc.oneof(
  { weight: 4, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  // Payloads that look like the beginnings of frames.
  { weight: 1, arbitrary: fc.constant(Buffer.from('MSF1MSF1\x08\0\0\0MSF')) },
);
const frames = fc
  .array(fc.record({ type: fc.constantFrom(...(Object.keys(frameTypes) as FrameType[])), payload }), {
    maxLength: 12,
  })
  .map(list =>
    list.map(
      (item, sequence): Frame => ({
        type: item.type,
        sequence,
        timeNs: sequence * 1e6,
        payload: Buffer.from(item.payload),
      }),
    ),
  );
const cuts = fc.array(fc.nat({ max: 300 }), { maxLength: 40 });

function decode(stream: Buffer, lengths: number[]) {
  const decoder = new FrameDecoder();
  const decoded = [];
  let position = 0;
  for (const length of lengths) {
    decoded.push(decoder.push(stream.subarray(position, position + length)));
    position += length;
  }
  decoded.push(decoder.push(stream.subarray(position)), decoder.finish());
  return { frames: decoded.flatMap(part => part.frames), faults: decoded.flatMap(part => part.faults) };
}

function contains(sent: Frame[], got: Frame): boolean {
  const original = sent[got.sequence];
  return (
    original !== undefined &&
    original.type === got.type &&
    original.timeNs === got.timeNs &&
    original.payload.equals(got.payload)
  );
}

t.test('any chunking gives the same frames and no fault', async t => {
  fc.assert(
    fc.property(frames, cuts, (sent, lengths) => {
      const got = decode(Buffer.concat(sent.map(encodeFrame)), lengths);
      return (
        got.faults.length === 0 &&
        got.frames.length === sent.length &&
        got.frames.every(f => contains(sent, f))
      );
    }),
  );
  t.pass();
});

t.test('no corruption ever yields a frame that was not sent, and none goes unnoticed', async t => {
  const damage = fc.record({ at: fc.nat(), bit: fc.nat({ max: 7 }) });
  fc.assert(
    fc.property(frames, cuts, fc.array(damage, { minLength: 1, maxLength: 4 }), (sent, lengths, damages) => {
      const stream = Buffer.concat(sent.map(encodeFrame));
      if (stream.length === 0) return true;
      const original = Buffer.from(stream);
      for (const { at, bit } of damages) stream[at % stream.length]! ^= 1 << bit;
      const got = decode(stream, lengths);
      const noticed = got.faults.length > 0 || stream.equals(original);
      return noticed && got.frames.every(frame => contains(sent, frame));
    }),
    { numRuns: 300 },
  );
  t.pass();
});

t.test('after bytes are lost or invented, every frame that is whole is found again', async t => {
  fc.assert(
    fc.property(frames, fc.nat(), fc.uint8Array({ maxLength: 100 }), cuts, (sent, choice, noise, lengths) => {
      const encoded = sent.map(encodeFrame);
      const victim = sent.length === 0 ? 0 : choice % sent.length;
      const rest = encoded.map((bytes, index) => (index === victim ? bytes.subarray(0, choice % 28) : bytes));
      const got = decode(Buffer.concat([Buffer.from(noise), ...rest]), lengths);
      const survivors = sent.filter((_, index) => index !== victim).map(frame => frame.sequence);
      const found = new Set(got.frames.map(frame => frame.sequence));
      return (
        survivors.every(sequence => found.has(sequence)) && got.frames.every(frame => contains(sent, frame))
      );
    }),
    { numRuns: 300 },
  );
  t.pass();
});

t.test('pure noise is never a frame', async t => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 2000 }), cuts, (noise, lengths) => {
      const got = decode(Buffer.from(noise), lengths);
      return got.frames.length === 0 && got.faults.length > 0;
    }),
  );
  t.pass();
});
