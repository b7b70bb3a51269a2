import t from 'tap';
import { readMemory } from '../../../harness/measurement/workload/memory-samples.ts';

const sample = (time: number, free: number, used: number, mapped = used) => ({
  time_ns: String(time),
  mem_free: String(free),
  vmalloc_used: String(used),
  vmalloc_mapped: String(mapped),
});
const windowOf = (start: number | string, end: number | string) => [
  {
    file: '/run/storm.txt',
    format: 'metrics' as const,
    text: `attempts 8\nwindow_start_ns ${start}\nwindow_end_ns ${end}\n`,
  },
];

t.test('memory samples: peaks are above the level before the storm, and within it', t => {
  const samples = [
    sample(10, 9000, 100),
    // What the workload prepares is not its storm.
    sample(20, 5000, 900),
    sample(30, 6000, 200),
    sample(40, 4500, 260, 300),
    sample(50, 5900, 250, 250),
    sample(60, 100, 9999),
  ];
  const { values, findings } = readMemory({ samples, results: windowOf(35, 55) });
  t.same(values, { vmalloc_peak_bytes: 60, mapped_peak_bytes: 100, memory_peak_bytes: 1500 });
  t.same(findings, []);
  t.same(
    readMemory({ samples, results: [] }).values,
    { vmalloc_peak_bytes: 9899, mapped_peak_bytes: 9899, memory_peak_bytes: 8900 },
    'without a window: the whole workload, above its first sample',
  );
  t.same(
    readMemory({ samples, results: windowOf(5, 25) }).values['memory_peak_bytes'],
    4000,
    'none before: the first',
  );
  t.same(readMemory({ samples, results: windowOf(60, 70) }).values, {}, 'no sample in it is not zero');
  t.match(readMemory({ samples, results: windowOf(60, 70) }).findings, [{ code: 'MEMORY_UNSAMPLED' }]);
  for (const [start, end] of [
    ['x', 2],
    [55, 35],
  ] as const) {
    t.equal(
      readMemory({ samples, results: windowOf(start, end) }).values['vmalloc_peak_bytes'],
      9899,
      `${start}`,
    );
  }
  t.end();
});

t.test('memory samples: memory that only falls was never above the level before', t => {
  const samples = [sample(1, 50, 900), sample(2, 60, 800), sample(3, 70, 700)];
  const { values } = readMemory({ samples, results: [] });
  t.same(values, { vmalloc_peak_bytes: 0, mapped_peak_bytes: 0, memory_peak_bytes: 0 });
  t.end();
});

t.test('memory samples: what a kernel or a guest does not tell is missing, and said', t => {
  t.same(readMemory({ samples: [], results: [] }), { values: {}, findings: [] }, 'nothing was asked for');
  const old = [1, 2].map(time => ({ time_ns: String(time), mem_free: '5', vmalloc_used: '0' }));
  const reading = readMemory({ samples: old, results: [] });
  t.same(reading.values, { memory_peak_bytes: 0 });
  t.match(reading.findings, [{ code: 'VMALLOC_UNKNOWN', message: /VmallocUsed/ }]);
  const hostile = [{ mem_free: '-1', vmalloc_used: '9'.repeat(40) }, { mem_free: 'x' }];
  t.same(readMemory({ samples: hostile, results: [] }).values, {});
  t.end();
});
