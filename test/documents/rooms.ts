import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { projectPath } from '../../harness/project.ts';

const harness = projectPath('harness');

/** Every room of harness/. */
export function roomNames(): string[] {
  return readdirSync(harness).filter(name => statSync(join(harness, name)).isDirectory());
}

/** What `imports.list` of a room allows: other rooms, packages, and `node` for the modules of Node. */
export function allowedImports(room: string): string[] {
  const path = join(harness, room, 'imports.list');
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .map(line => line.replace(/#.*/, '').trim())
    .filter(line => line !== '');
}

/** The first cycle of a graph, as the nodes along it. */
export function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const state = new Map<string, 'open' | 'done'>();
  const visit = (node: string, path: string[]): string[] | undefined => {
    if (state.get(node) === 'done') return undefined;
    if (state.get(node) === 'open') return [...path.slice(path.indexOf(node)), node];
    state.set(node, 'open');
    for (const next of graph.get(node) ?? []) {
      const found = visit(next, [...path, node]);
      if (found) return found;
    }
    state.set(node, 'done');
    return undefined;
  };
  for (const node of graph.keys()) {
    const found = visit(node, []);
    if (found) return found;
  }
  return undefined;
}
