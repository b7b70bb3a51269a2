import { z } from 'zod';
import type { CrashClass } from '../measurement/crashes/crash.ts';
import type { Finding } from '../measurement/finding.ts';
import type {
  DuplicateRequest,
  DuplicateRequestCaller,
} from '../measurement/kernel-log/duplicate-requests.ts';
import { type CounterName, counterNames } from '../measurement/module-stats/kernel-counter.ts';
import type { DuplicateModule, DuplicateReason } from '../measurement/module-stats/module-stats.ts';
import type {
  Capabilities,
  HostPressure,
  Outcome,
  StoredValue,
  TrialPhase,
  TrialRecord,
} from '../measurement/record.ts';
import { attemptOutcomes } from '../measurement/trace/attempt.ts';
import type { BlamedModule, BlameRow, BlameTally } from '../measurement/trace/blame.ts';
import type { LedgerSummary } from '../measurement/trace/ledger-summary.ts';
import { rangeFault } from '../measurement/value-range.ts';
import {
  count,
  id,
  mapOf,
  nanoseconds,
  objectOf,
  oneOf,
  repetition,
  type Shape,
  text,
  time,
} from './schema.ts';

const notNumber = 'is not a number';

/** A stored value: a finite number, or the digits of an integer that is not exact as a double. */
export const storedValueSchema: z.ZodType<StoredValue> = z
  .union([z.number(), z.string().regex(/^-?\d{1,40}$/, { error: notNumber })], { error: notNumber })
  .refine(value => rangeFault(value) === undefined, {
    error: ({ input }) => `is ${input}, ${rangeFault(input as StoredValue)}`,
  });

const phase = oneOf<TrialPhase>({
  start: true,
  boot: true,
  prepare: true,
  workload: true,
  collect: true,
  shutdown: true,
});

const crashClass = oneOf<CrashClass>({
  panic: true,
  oops: true,
  bug: true,
  warning: true,
  sanitizer: true,
  'hung-task': true,
  'soft-lockup': true,
  'hard-lockup': true,
  'rcu-stall': true,
  'out-of-memory': true,
  'triple-fault': true,
  reboot: true,
  qemu: true,
});

const reason = { reason: z.string() };
const outcomes: { [Kind in Outcome['kind']]: Omit<Shape<Extract<Outcome, { kind: Kind }>>, 'kind'> } = {
  passed: {},
  failed: reason,
  invalid: reason,
  timeout: { phase, ...reason },
  crashed: { title: z.string(), class: crashClass },
  infrastructure: reason,
  interrupted: {},
};

export const outcomeSchema = z.discriminatedUnion(
  'kind',
  Object.entries(outcomes).map(([kind, shape]) => z.object({ kind: z.literal(kind), ...shape })) as never,
  { error: 'is not a known outcome' },
) as unknown as z.ZodType<Outcome>;

const duplicate = objectOf<DuplicateModule>({
  name: z.string(),
  count,
  reason: oneOf<DuplicateReason>({
    Becoming: true,
    Load: true,
    'Becoming & Load': true,
    'Bug-on-stats': true,
  }),
});

const duplicateRequest = objectOf<DuplicateRequest>({ name: z.string(), count });

const caller = objectOf<DuplicateRequestCaller>({
  name: z.string(),
  caller: z.string(),
  chain: z.array(z.string()),
  count,
});

const finding = objectOf<Finding>({
  code: text,
  severity: oneOf<Finding['severity']>({ note: true, warning: true, invalid: true }),
  message: z.string(),
  line: z.exactOptional(count),
});

const decimal = z.exactOptional(z.string().regex(/^\d{1,20}$/, { error: 'is not a decimal number' }));
const counters = objectOf<Partial<Record<CounterName, string>>>(
  Object.fromEntries(counterNames.map(name => [name, decimal])) as Record<CounterName, typeof decimal>,
);

const capabilities = objectOf<Capabilities>({
  release: z.string(),
  moduleStats: z.boolean(),
  autoloadDups: z.boolean(),
  dupsTrace: z.boolean(),
  decompress: z.boolean(),
  cpusOnline: count,
  configDigest: z.exactOptional(z.string()),
});

const tally = {
  attempts: count,
  outcomes: objectOf<BlameTally['outcomes']>(
    Object.fromEntries(attemptOutcomes.map(name => [name, z.exactOptional(count)])) as never,
  ),
  bytes: count,
  waitNs: count,
};
/** Rows of who loaded what, in records and reports. */
export const blameSchema: z.ZodType<BlameRow[]> = z.array(
  objectOf<BlameRow>({
    kind: oneOf<BlameRow['kind']>({ kernel: true, udev: true, program: true }),
    who: z.string(),
    chain: z.array(z.string()),
    ...tally,
    modules: z.array(
      objectOf<BlamedModule>({
        module: z.string(),
        ...tally,
        devices: count,
        device: z.exactOptional(z.string()),
        spanNs: count,
      }),
    ),
  }),
);

const ledger = objectOf<LedgerSummary>({
  attempts: count,
  lostEvents: count,
  addsUp: z.boolean(),
  blame: blameSchema,
});

const share = z.number().min(0).max(1);
const hostPressure = objectOf<HostPressure>({
  stealShare: share,
  waitShare: z.exactOptional(share),
  loadPerCpu: z.number().min(0),
  megahertz: z.exactOptional(z.number().min(0)),
});

/** A line of the journal, in version 1. Compiled, because a journal may have 10^5 of them. */
export const trialRecordSchema: z.ZodType<TrialRecord> = z.compile(
  objectOf<TrialRecord>({
    version: z.literal(1),
    trial: id,
    cell: id,
    repetition,
    order: count,
    outcome: outcomeSchema,
    startedAt: time,
    clock: z.exactOptional(objectOf<NonNullable<TrialRecord['clock']>>({ base: text, startNs: nanoseconds })),
    durationNs: nanoseconds,
    phasesNs: objectOf<TrialRecord['phasesNs']>({
      start: z.exactOptional(nanoseconds),
      boot: z.exactOptional(nanoseconds),
      prepare: z.exactOptional(nanoseconds),
      workload: z.exactOptional(nanoseconds),
      collect: z.exactOptional(nanoseconds),
      shutdown: z.exactOptional(nanoseconds),
    }),
    hostPressure: z.exactOptional(hostPressure),
    bootNs: z.exactOptional(nanoseconds),
    workloadNs: z.exactOptional(nanoseconds),
    capabilities: z.exactOptional(capabilities),
    counters: z.exactOptional(objectOf({ before: counters, after: counters })),
    metrics: mapOf(storedValueSchema),
    duplicates: z.array(duplicate),
    duplicateRequests: z.array(duplicateRequest),
    callers: z.exactOptional(z.array(caller)),
    ledger: z.exactOptional(ledger),
    findings: z.array(finding),
    consoleTail: z.exactOptional(z.array(z.string())),
  }),
);
