import { crc32 } from 'node:zlib';
import { type Frame, frameHeaderLength, frameMagic, frameTypes } from '../../harness/channel/protocol.ts';

/** A frame as the guest sends it. */
export function encodeFrame(frame: Frame): Buffer {
  const header = Buffer.alloc(frameHeaderLength);
  header.writeUInt32LE(frameMagic, 0);
  header.writeUInt32LE(frame.payload.length, 4);
  header.writeUInt32LE(frame.sequence, 8);
  header.writeUInt16LE(frameTypes[frame.type], 12);
  header.writeBigUInt64LE(BigInt(frame.timeNs), 16);
  header.writeUInt32LE(crc32(frame.payload, crc32(header.subarray(0, 24))), 24);
  return Buffer.concat([header, frame.payload]);
}
