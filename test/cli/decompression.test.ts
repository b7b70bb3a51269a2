import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { decompress } from '../../harness/cli/decompression.ts';

t.test('every byte stays what it was, whatever the encoding of the text', async t => {
  const content = Buffer.concat([
    Buffer.from('\ufefffür\n', 'utf16le'),
    Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
  ]);
  const packed = {
    none: content,
    gzip: gzipSync(content),
    xz: execFileSync('xz', ['-c'], { input: content }),
    zstd: execFileSync('zstd', ['-c'], { input: content }),
  };
  const { signal } = new AbortController();
  for (const [form, bytes] of Object.entries(packed))
    t.ok((await decompress(bytes, 'file', signal)).equals(content), form);
});
