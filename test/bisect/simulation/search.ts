import { inCell } from '../../../harness/bisect/search/action.ts';
import type { Conclusion } from '../../../harness/bisect/search/conclusion.ts';
import { Ledger } from '../../../harness/bisect/search/ledger.ts';
import { nextAction } from '../../../harness/bisect/search/next-action.ts';
import { type SearchOptions, searchOptionsShape } from '../../../harness/bisect/search/options.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { bootSeconds, buildSeconds, type World } from './world.ts';

/** Lets the search of modstorm loose in a world. The revert check is left out: no other search has one. */
function runSearch(
  world: World,
  given: Partial<SearchOptions> = {},
): { ledger: Ledger; conclusion: Conclusion } {
  const options = searchOptionsShape.parse({
    worse: 'higher',
    seed: 0,
    revert: false,
    cells: world.cells ?? 1,
    ...given,
  });
  const ledger = new Ledger(world.history, options);
  for (;;) {
    const action = nextAction(ledger);
    if (action.kind === 'conclude') return { ledger, conclusion: action.conclusion };
    const { commit, purpose } = action;
    const place = world.history.placeOf(commit);
    const build = { commit, purpose, seconds: buildSeconds };
    if (action.kind === 'boot')
      ledger.observe({
        type: 'booted',
        ...inCell({ commit, purpose }, action.cell ?? 0),
        seconds: bootSeconds,
        value: world.boot(place, action.cell),
      });
    else if (world.untestable.has(place))
      ledger.observe({ type: 'untestable', ...build, cause: 'build', title: 'it does not build' });
    else {
      world.build(place);
      ledger.observe({ type: 'built', ...build });
    }
  }
}

export function playSearch(world: World, options: Partial<SearchOptions>): Outcome {
  const { ledger, conclusion } = runSearch(world, options);
  const named = conclusion.kind === 'found' ? conclusion.culprits : undefined;
  return outcomeOf(
    world,
    named?.map(id => world.history.placeOf(id)),
    ledger.spent,
  );
}
