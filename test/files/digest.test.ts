import fc from 'fast-check';
import t from 'tap';
import { canonicalJson, digestOf } from '../../harness/files/digest.ts';

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
