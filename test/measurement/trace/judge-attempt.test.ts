import t from 'tap';
import type { AttemptEvidence } from '../../../harness/measurement/trace/attempt.ts';
import { judgeAttempt } from '../../../harness/measurement/trace/judge-attempt.ts';

const file: AttemptEvidence = {
  call: 'finit_module',
  flags: 0,
  length: 0,
  read: 1000,
  laidOut: false,
  initialised: false,
  result: 0,
};
const { read: _, ...waiting } = file;
const memory: AttemptEvidence = { ...waiting, call: 'init_module', length: 500 };
const compressed: AttemptEvidence = { ...file, flags: 4, read: 100, unpacked: { error: 0, bytes: 1000 } };
const eexist = { result: -17 };
const ebusy = { result: -16 };
const late = { laidOut: true };

t.test('loads that succeed', async t => {
  t.same(judgeAttempt(file), { outcome: 'loaded', bytes: 0 });
  t.same(judgeAttempt(memory), { outcome: 'loaded', bytes: 0 }, 'init_module() never merges');
  t.same(judgeAttempt(waiting), { outcome: 'merged', bytes: 0 }, 'it returned without reading the file');
  t.same(judgeAttempt({ ...waiting, ...eexist }), { outcome: 'merged', error: 'EEXIST', bytes: 0 });
});

t.test('duplicates, with the bytes that the kernel counts', async t => {
  t.same(judgeAttempt({ ...file, ...eexist }), { outcome: 'duplicate-early', error: 'EEXIST', bytes: 1000 });
  t.same(judgeAttempt({ ...file, ...late, ...ebusy }), {
    outcome: 'duplicate-late',
    error: 'EBUSY',
    bytes: 2000,
  });
  t.same(judgeAttempt({ ...memory, ...eexist }), { outcome: 'duplicate-early', error: 'EEXIST', bytes: 500 });
  t.same(judgeAttempt({ ...compressed, ...eexist }), {
    outcome: 'duplicate-early',
    error: 'EEXIST',
    bytes: 1100,
  });
  t.same(judgeAttempt({ ...compressed, ...late, ...eexist }), {
    outcome: 'duplicate-late',
    error: 'EEXIST',
    bytes: 2100,
  });
});

t.test('other failures', async t => {
  t.same(judgeAttempt({ ...file, ...late, initialised: true, result: -19 }), {
    outcome: 'init-failed',
    error: 'ENODEV',
    bytes: 0,
  });
  t.same(judgeAttempt({ ...file, ...late, result: -2 }), {
    outcome: 'refused',
    stage: 'late',
    error: 'ENOENT',
    bytes: 2000,
  });
  t.same(judgeAttempt({ ...file, result: -8 }), {
    outcome: 'refused',
    stage: 'early',
    error: 'ENOEXEC',
    bytes: 1000,
  });
  t.same(judgeAttempt({ ...file, read: -12, result: -12 }), {
    outcome: 'refused',
    stage: 'read',
    error: 'ENOMEM',
    bytes: 0,
  });
  t.same(judgeAttempt({ ...memory, result: -14 }), {
    outcome: 'refused',
    stage: 'read',
    error: 'EFAULT',
    bytes: 500,
  });
  t.same(judgeAttempt({ ...compressed, unpacked: { error: -22, bytes: 0 }, result: -22 }), {
    outcome: 'refused',
    stage: 'unpack',
    error: 'EINVAL',
    bytes: 100,
  });
  t.same(judgeAttempt({ ...waiting, result: -1 }), {
    outcome: 'refused',
    stage: 'call',
    error: 'EPERM',
    bytes: 0,
  });
  t.same(judgeAttempt({ ...memory, result: -1 }), {
    outcome: 'refused',
    stage: 'call',
    error: 'EPERM',
    bytes: 0,
  });
});

t.test('what is not known', async t => {
  const { result: _, ...open } = file;
  t.same(judgeAttempt(open), { outcome: 'unfinished', bytes: 0 });
  t.match(judgeAttempt({ ...file, result: -4000 }), { outcome: 'refused', error: 'errno 4000' });
  t.match(judgeAttempt({ ...file, result: -1e15 }), { outcome: 'refused', error: 'errno 1000000000000000' });
});
