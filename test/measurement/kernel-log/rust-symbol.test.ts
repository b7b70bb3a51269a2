import t from 'tap';
import { demangleRust } from '../../../harness/measurement/kernel-log/rust-symbol.ts';

t.test('v0 symbols, as the tests of rustc-demangle give them', async t => {
  const vectors = {
    _RNvC6_123foo3bar: '123foo::bar',
    _RC4f128: 'f128',
    _RNCNCNgCs6DXkGYLi8lr_2cc5spawn00B5_: 'cc::spawn::{closure#0}::{closure#0}',
    _RNCINkXs25_NgCsbmNqQUJIY6D_4core5sliceINyB9_4IterhENuNgNoBb_4iter8iterator8Iterator9rpositionNCNgNpB9_6memchr7memrchrs_0E0Bb_:
      '<core::slice::Iter<u8> as core::iter::iterator::Iterator>::rposition::<core::slice::memchr::memrchr::{closure#1}>::{closure#0}',
    _RINbNbCskIICzLVDPPb_5alloc5alloc8box_freeDINbNiB4_5boxed5FnBoxuEp6OutputuEL_ECs1iopQbuBiw2_3std:
      'alloc::alloc::box_free::<dyn alloc::boxed::FnBox<(), Output = ()>>',
    _RMC0DNtC5krate5Traitp1NKj0_EL_: '<dyn krate::Trait<N = 0>>',
    _RMC0INtC8arrayvec8ArrayVechKj7b_E: '<arrayvec::ArrayVec<u8, 123>>',
    '_RC3foo.llvm.9D1C9369': 'foo',
    '_RNvC9backtrace3foo.llvm.A5310EB9': 'backtrace::foo',
    _RIC0KpE: '::<_>',
    _RIC0Khb_E: '::<11>',
    _RIC0Koff00ff00ff00ff00ff_E: '::<0xff00ff00ff00ff00ff>',
    _RIC0Ks98_E: '::<152>',
    _RIC0Kanb_E: '::<-11>',
    _RIC0Kb0_E: '::<false>',
    _RIC0Kb1_E: '::<true>',
    _RIC0Kc76_E: "::<'v'>",
    _RMC0TTTTTTpB8_E_: undefined,
    _RMC0TTTTTTpB8_EB7_EB6_EB5_EB4_EB3_E:
      '<((((((_, _), (_, _)), ((_, _), (_, _))), (((_, _), (_, _)), ((_, _), (_, _)))), ((((_, _), (_, _)), ((_, _), (_, _))), (((_, _), (_, _)), ((_, _), (_, _))))), (((((_, _), (_, _)), ((_, _), (_, _))), (((_, _), (_, _)), ((_, _), (_, _)))), ((((_, _), (_, _)), ((_, _), (_, _))), (((_, _), (_, _)), ((_, _), (_, _))))))>',
  };
  for (const [symbol, path] of Object.entries(vectors)) t.equal(demangleRust(symbol), path, symbol);
});

t.test('v0 symbols of kernels, as syzkaller titles them', async t => {
  const vectors = {
    _RNvMs3_NtCshgDM7dBCdno_11rust_binder7processNtB5_7Process10update_ref:
      '<rust_binder::process::Process>::update_ref',
    _RNvXs1_CscPPBqWtAqum_11ashmem_rustNtB5_6AshmemNtNtCs43vyB533jt3_6kernel10miscdevice10MiscDevice4mmap:
      '<ashmem_rust::Ashmem as kernel::miscdevice::MiscDevice>::mmap',
    _RNvCscSpY9Juk0HT_7___rustc17rust_begin_unwind: '__rustc::rust_begin_unwind',
    _RNvNtNtCs9jEwPDbx20M_4core9panicking11panic_const24panic_const_sub_overflow:
      'core::panicking::panic_const::panic_const_sub_overflow',
    _RNvXs1b_NtCs9jEwPDbx20M_4core3fmtRNtNtNtB8_5panic10panic_info9PanicInfoNtB6_7Display3fmtCs43vyB533jt3_6kernel:
      '<&core::panic::panic_info::PanicInfo as core::fmt::Display>::fmt',
  };
  for (const [symbol, path] of Object.entries(vectors)) t.equal(demangleRust(symbol), path, symbol);
});

t.test('legacy symbols, as the tests of rustc-demangle give them', async t => {
  const vectors = {
    _ZN5alloc9allocator6Layout9for_value17h02a996811f781011E: 'alloc::allocator::Layout::for_value',
    '_ZN38_$LT$core..option..Option$LT$T$GT$$GT$6unwrap18_MSG_FILE_LINE_COL17haf7cb8d5824ee659E':
      '<core::option::Option<T>>::unwrap::_MSG_FILE_LINE_COL',
    '_ZN4core5slice89_$LT$impl$u20$core..iter..traits..IntoIterator$u20$for$u20$$RF$$u27$a$u20$$u5b$T$u5d$$GT$9into_iter17h450e234d27262170E':
      "core::slice::<impl core::iter::traits::IntoIterator for &'a [T]>::into_iter",
    '_ZN9backtrace3foo17hbb467fcdaea5d79bE.llvm.A5310EB9': 'backtrace::foo',
    '_ZN11issue_609253foo37Foo$LT$issue_60925..llv$u6d$..Foo$GT$3foo17h059a991a004536adE':
      'issue_60925::foo::Foo<issue_60925::llvm::Foo>::foo',
  };
  for (const [symbol, path] of Object.entries(vectors)) t.equal(demangleRust(symbol), path, symbol);
});

t.test('what is none of Rust stays as it is', async t => {
  for (const symbol of [
    'vfs_read',
    '_RNv',
    '_R',
    'R',
    '_Rfoo',
    '_ZN3foo3barE',
    '_ZN4test',
    '_ZNfooE',
    '_ZN2222222222222222222222EE',
    '_ZN3foo17h05af221e174051e9E moocow',
    '_ZN17h05af221e174051e9E',
    '_RNvC6_123foo3bar\u0430',
    '_RC3foo!',
    '_RNvC99_foo3bar',
  ])
    t.equal(demangleRust(symbol), undefined, symbol);
});

t.test('hostile symbols are given up in bounded time', async t => {
  // Found by the fuzzer of rustc-demangle: back-references that refer to one another.
  const loops =
    '_RIC20tRYIMYNRYFG05_EB5_B_B6_RRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRB_E';
  t.equal(demangleRust(loops), undefined, 'a loop');
  t.equal(demangleRust(`_RMC0${'R'.repeat(500)}`), undefined, 'deep');
  t.equal(demangleRust(`_RMC0${'R'.repeat(600)}p`), undefined, 'longer than the kernel can print');
  t.equal(demangleRust(`_RMC0${'R'.repeat(100)}p`), `<${'&'.repeat(100)}_>`, 'deep, but not too deep');
  // Each back-reference doubles what is printed: 2^20 copies of one character.
  const bomb = `_RMC0${'T'.repeat(20)}p${Array.from({ length: 20 }, (_, at) => `B${tag(22 - at)}E`).join('')}`;
  const start = performance.now();
  t.equal(demangleRust(bomb), undefined, 'a bomb');
  t.ok(performance.now() - start < 500, 'quickly');
  t.equal(demangleRust('_RMC0FGzzzzzz_Eu'), undefined, 'many lifetimes');
});

/** A number of v0 symbols. */
function tag(value: number): string {
  return value === 0 ? '_' : `${'0123456789abcdefghijklmnopqrstuvwxyz'[value - 1]}_`;
}
