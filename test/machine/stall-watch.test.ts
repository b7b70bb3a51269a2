import t from 'tap';
import { StallWatch } from '../../harness/machine/stall-watch.ts';

t.test('the longest time between two turns, also where the host slept meanwhile', async t => {
  let monotonic = 0;
  let up = 0;
  const watch = new StallWatch(
    () => monotonic,
    () => up,
  );
  const pass = (awake: number, asleep: number) => {
    monotonic += awake;
    up += awake + asleep;
    watch.turn();
  };
  pass(5e7, 0);
  pass(6e7, 0);
  t.equal(watch.longestNs, 6e7);
  pass(20e9, 0);
  pass(5e7, 0);
  t.equal(watch.longestNs, 20e9, 'stopped');
  pass(5e7, 3600e9);
  t.equal(watch.longestNs, 3600e9 + 5e7, 'the monotonic clock stands in a sleep');
});
