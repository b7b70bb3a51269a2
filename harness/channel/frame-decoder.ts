import { crc32 } from 'node:zlib';
import {
  type Frame,
  type FrameType,
  frameHeaderLength,
  frameMagic,
  framePayloadLimit,
  frameTypes,
} from './protocol.ts';

/** A fault in the stream. `bytes` and `frames` say how much is missing. */
export interface FrameFault {
  kind: 'garbage' | 'length' | 'checksum' | 'type' | 'gap' | 'duplicate' | 'truncated';
  /** Offset in the stream, from its first byte. */
  offset: number;
  /** One sentence. */
  message: string;
}

/** What a chunk of the stream completed. */
export interface DecodedChunk {
  frames: Frame[];
  faults: FrameFault[];
}

const typeNames = new Map<number, FrameType>(
  Object.entries(frameTypes).map(([name, number]) => [number, name as FrameType]),
);
const magicBytes = Buffer.alloc(4);
magicBytes.writeUInt32LE(frameMagic);

/**
 * Splits the stream into frames, whatever the chunks. Never throws: anything that is not a frame is reported, and the
 * search continues one byte later, at the next magic number. Keeps at most one frame and one chunk in memory.
 */
export class FrameDecoder {
  #chunks: Buffer[] = [];
  #buffered = 0;
  /** The minimum number of bytes for the next decision. */
  #needed = frameHeaderLength;
  /** Stream offset of the first buffered byte. */
  #offset = 0;
  #garbage = 0;
  #nextSequence = 0;

  /** Adds bytes of the stream and returns what they completed. */
  push(chunk: Buffer): DecodedChunk {
    const decoded: DecodedChunk = { frames: [], faults: [] };
    if (chunk.length > 0) this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    if (this.#buffered >= this.#needed) this.#decode(decoded, false);
    return decoded;
  }

  /** Ends the stream. The rest is not a complete frame, but may contain complete ones. */
  finish(): DecodedChunk {
    const decoded: DecodedChunk = { frames: [], faults: [] };
    this.#decode(decoded, true);
    this.#reportGarbage(decoded, this.#offset);
    return decoded;
  }

  #decode(decoded: DecodedChunk, final: boolean): void {
    const [first] = this.#chunks;
    const data = first !== undefined && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    let position = 0;
    this.#needed = frameHeaderLength;
    while (position < data.length) {
      const magic = findMagic(data, position);
      this.#garbage += magic - position;
      position = magic;
      if (position === data.length) break;
      const length = this.#frameAt(data, position, decoded, final);
      if (length === 'more') break;
      if (length === 'none') this.#garbage++;
      position += length === 'none' ? 1 : length;
    }
    this.#offset += position;
    this.#chunks = position < data.length ? [Buffer.from(data.subarray(position))] : [];
    this.#buffered = data.length - position;
  }

  /** The length of the frame at `position`, or `none`, or `more` if more bytes are needed. */
  #frameAt(data: Buffer, position: number, decoded: DecodedChunk, final: boolean): number | 'more' | 'none' {
    const offset = this.#offset + position;
    const left = data.length - position;
    if (left < frameHeaderLength) return final ? this.#truncated(decoded, offset, left) : 'more';
    const length = data.readUInt32LE(position + 4);
    if (length > framePayloadLimit) {
      const message = `A frame of ${length} bytes is announced, but the limit is ${framePayloadLimit}`;
      decoded.faults.push({ kind: 'length', offset, message });
      return 'none';
    }
    const end = position + frameHeaderLength + length;
    if (data.length < end) {
      this.#needed = frameHeaderLength + length;
      return final ? this.#truncated(decoded, offset, left) : 'more';
    }
    const payload = data.subarray(position + frameHeaderLength, end);
    const checksum = crc32(payload, crc32(data.subarray(position, position + 24)));
    if (checksum !== data.readUInt32LE(position + 24)) {
      decoded.faults.push({
        kind: 'checksum',
        offset,
        message: `The checksum of a frame of ${length} bytes is wrong`,
      });
      return 'none';
    }
    this.#reportGarbage(decoded, offset);
    this.#accept(data, position, payload, decoded);
    return frameHeaderLength + length;
  }

  #accept(data: Buffer, position: number, payload: Buffer, decoded: DecodedChunk): void {
    const offset = this.#offset + position;
    const sequence = data.readUInt32LE(position + 8);
    if (sequence < this.#nextSequence) {
      decoded.faults.push({
        kind: 'duplicate',
        offset,
        message: `Frame ${sequence} arrived twice; the second one is ignored`,
      });
      return;
    }
    if (sequence > this.#nextSequence) {
      const missing = sequence - this.#nextSequence;
      const message = `${missing} frames before frame ${sequence} are missing`;
      decoded.faults.push({ kind: 'gap', offset, message });
    }
    this.#nextSequence = sequence + 1;
    const number = data.readUInt16LE(position + 12);
    const type = typeNames.get(number);
    if (type === undefined) {
      decoded.faults.push({
        kind: 'type',
        offset,
        message: `Frame ${sequence} has the unknown type ${number}`,
      });
      return;
    }
    const timeNs = Number(data.readBigUInt64LE(position + 16));
    decoded.frames.push({ type, sequence, timeNs, payload: Buffer.from(payload) });
  }

  #truncated(decoded: DecodedChunk, offset: number, bytes: number): 'none' {
    decoded.faults.push({
      kind: 'truncated',
      offset,
      message: `The stream ends ${bytes} bytes into a frame`,
    });
    return 'none';
  }

  #reportGarbage(decoded: DecodedChunk, end: number): void {
    if (this.#garbage === 0) return;
    const message = `${this.#garbage} bytes belong to no frame`;
    decoded.faults.push({ kind: 'garbage', offset: end - this.#garbage, message });
    this.#garbage = 0;
  }
}

/** The position of the magic number, or of its possible start at the end of the data; the length of the data if none. */
function findMagic(data: Buffer, from: number): number {
  const whole = data.indexOf(magicBytes, from);
  if (whole >= 0) return whole;
  for (let length = Math.min(3, data.length - from); length > 0; length--) {
    if (data.subarray(data.length - length).equals(magicBytes.subarray(0, length)))
      return data.length - length;
  }
  return data.length;
}
