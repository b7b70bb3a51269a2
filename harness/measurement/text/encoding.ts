import { type SourceText, sourceText, withText } from './source-text.ts';

/** Number of bytes to examine for UTF-16. */
const probeLength = 4096;

/**
 * Decodes bytes as UTF-8, or as UTF-16 (as written by PowerShell), with or without byte order mark. Each invalid byte
 * becomes U+FFFD.
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
  // A kernel prints ASCII: in UTF-16, every other byte is zero and the rest are not.
  const [even, odd] = zeros;
  const half = probe.length / 2;
  if (odd > half * 0.7 && even < half * 0.1) return 'utf-16le';
  if (even > half * 0.7 && odd < half * 0.1) return 'utf-16be';
  return undefined;
}

/** Removes the byte order mark of a text that was decoded elsewhere. */
export function undoMark(source: SourceText): SourceText {
  const marked = source.text.startsWith('\ufeff');
  return withText(source, source.text.slice(1), 'byte order mark', marked ? 1 : 0);
}
