import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { canonicalJson, digestOf, digestOfFile } from '../../harness/files/digest.ts';

t.test('canonical JSON does not depend on the order of keys', async t => {
  t.equal(canonicalJson({ b: [1, { d: 2n, c: undefined }], a: 'x' }), '{"a":"x","b":[1,{"d":"2"}]}');
  t.equal(canonicalJson(JSON.parse('{"__proto__":1,"a":2}')), '{"__proto__":1,"a":2}');
  t.throws(() => canonicalJson({ a: Number.POSITIVE_INFINITY }), /cannot hold Infinity/);
  t.match(digestOf({}), /^44136fa355b3678a/, 'the SHA-256 of {}');
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), value => {
      const reversed = Object.fromEntries(Object.entries(value).reverse());
      return digestOf(value) === digestOf(reversed);
    }),
  );
});

t.test('the digest of a file is the SHA-256 of its bytes', async t => {
  const folder = t.testdir({ abc: 'abc' });
  const expected = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  t.equal(await digestOfFile(join(folder, 'abc')), expected, 'FIPS 180-2, B.1');
  await t.rejects(digestOfFile(folder), { code: 'FILE_IRREGULAR' });
});
