import { type SourceText, sourceText, withText } from './source-text.ts';

/** Part of a text that is looked at to see whether it is UTF-16. */
const probeLength = 4096;

/**
 * Bytes as text: UTF-8, or UTF-16 as PowerShell writes it, with or without byte order mark. What is neither comes out
 * as U+FFFD, byte by byte.
 */
export function decodeBytes(bytes: Uint8Array): SourceText {
  const wide = wideEncoding(bytes);
  if (!wide) return undoMark(sourceText(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)));
  const text = new TextDecoder(wide).decode(bytes);
  return withText(sourceText(text), text, 'UTF-16', 1);
}

function wideEncoding(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const probe = bytes.subarray(0, probeLength);
  const zeros = [0, 0] as [number, number];
  for (const [index, byte] of probe.entries()) if (byte === 0) zeros[(index % 2) as 0 | 1]++;
  // A kernel prints ASCII: every other byte is zero, and none of the rest.
  const [even, odd] = zeros;
  const half = probe.length / 2;
  if (odd > half * 0.7 && even < half * 0.1) return 'utf-16le';
  if (even > half * 0.7 && odd < half * 0.1) return 'utf-16be';
  return undefined;
}

/** Takes the byte order mark off a text that was decoded by somebody else. */
export function undoMark(source: SourceText): SourceText {
  const marked = source.text.startsWith('\ufeff');
  return withText(source, source.text.slice(1), 'byte order mark', marked ? 1 : 0);
}
