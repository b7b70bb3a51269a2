import t from 'tap';
import { nextAction } from '../../../harness/bisect/search/next-action.ts';
import type { Observation } from '../../../harness/bisect/search/observation.ts';
import { searchOptionsShape } from '../../../harness/bisect/search/options.ts';
import {
  encodeLine,
  parseSearchLog,
  replay,
  type SearchHeader,
} from '../../../harness/bisect/search/search-log.ts';
import { makeRandom } from '../../../harness/random.ts';
import { linearHistory } from '../simulation/world.ts';

const header: SearchHeader = {
  bisect: 'modstorm',
  version: 1,
  commits: linearHistory(16).commits.map(({ id, parents, candidate }) => ({
    id,
    parents: [...parents],
    candidate,
  })),
  options: searchOptionsShape.parse({ worse: 'higher', seed: 1 }),
};

/** Goes on from a log for some steps, in a world whose boots of c9 and later are higher by two deviations or so. */
function observations(count: number, seen: Observation[] = []): Observation[] {
  const ledger = replay({ header, observations: seen, bytes: 0 }, 'log');
  const made = [...seen];
  while (made.length < count) {
    const action = nextAction(ledger);
    if (action.kind === 'conclude') break;
    const { commit, without, purpose } = action;
    const source = { commit, ...(without !== undefined && { without }), purpose, seconds: 2 };
    const level = Number(commit.slice(1)) >= 9 && without === undefined ? 5 : 0;
    const value = BigInt(2 ** 53) + BigInt(level + makeRandom(made.length).integer(8));
    const observation: Observation =
      action.kind === 'build' ? { type: 'built', ...source } : { type: 'booted', ...source, value };
    made.push(observation);
    ledger.observe(observation);
  }
  return made;
}

const whole = observations(1000);
const text = [header, ...whole].map(encodeLine).join('');

t.test('a log is read as it was written, values beyond 2^53 too', t => {
  const log = parseSearchLog(text, 'bisect.ndjson');
  t.strictSame(log.header, header);
  t.strictSame(log.observations, whole);
  t.equal(log.bytes, Buffer.byteLength(text));
  t.match(nextAction(replay(log, 'log')), {
    kind: 'conclude',
    conclusion: { kind: 'found', culprits: ['c9'] },
  });
  t.end();
});

t.test('a search that was killed anywhere goes on as it would have gone', t => {
  const lines = text.split('\n').slice(0, -1);
  for (const [index, line] of lines.entries()) {
    if (index === 0) continue;
    const torn = `${lines.slice(0, index).join('\n')}\n${line.slice(0, -3)}`;
    const log = parseSearchLog(torn, 'bisect.ndjson');
    t.equal(log.observations.length, index - 1);
    if (index % 8 === 0) t.strictSame(observations(index + 10, log.observations), whole.slice(0, index + 10));
  }
  t.end();
});

t.test('limits that were changed count from the last one on', t => {
  const first = encodeLine({ type: 'limits', boots: 30, budgetSeconds: 600 });
  const last = encodeLine({ type: 'limits', budgetSeconds: 900 });
  const [head = '', ...lines] = text.split(/(?<=\n)/);
  const log = parseSearchLog([head, first, ...lines.slice(0, 9), last, ...lines.slice(9)].join(''), 'log');
  t.strictSame(log.header.options, { ...header.options, boots: 30, budgetSeconds: 900 });
  t.strictSame(log.observations, whole);
  t.strictSame(
    parseSearchLog([log.header, ...log.observations].map(encodeLine).join(''), 'log').header,
    log.header,
  );
  const none = encodeLine({ type: 'limits', boots: 0 });
  t.throws(() => parseSearchLog(head + none, 'log'), { code: 'BISECT_LOG_DAMAGED', message: /^log:2/ });
  t.end();
});

t.test('a damaged log names its line', t => {
  const refuses = (content: string, code: string, message: RegExp) =>
    t.throws(() => parseSearchLog(content, 'log'), { code, message });
  refuses('', 'BISECT_LOG_DAMAGED', /^log:1/);
  refuses('{}\n', 'FILE_VERSION', /version undefined/);
  refuses(encodeLine(header).replace('"version":1', '"version":2'), 'FILE_VERSION', /version 2/);
  refuses(`${encodeLine(header)}{"type":"booted"}\n`, 'BISECT_LOG_DAMAGED', /^log:2/);
  refuses(`${encodeLine(header)}not json\n`, 'BISECT_LOG_DAMAGED', /^log:2/);
  const stranger = whole.map(line => ({ ...line, commit: 'c77' }));
  const log = { header, observations: stranger, bytes: 0 };
  t.throws(() => replay(log, 'log'), {
    code: 'BISECT_LOG_DAMAGED',
    message: /^log, observation 1, .* no commit c77/,
  });
  t.end();
});
