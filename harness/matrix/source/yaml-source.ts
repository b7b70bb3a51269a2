import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import { UsageError } from '../../errors.ts';
import { type Diagnostic, MatrixError } from './diagnostic.ts';

/** Keys and list indices from the top level of a file to a value. */
export type SourcePath = readonly PropertyKey[];

/** Where a diagnostic points: at the value of a path, or at its key. */
export type SourceSpot = 'value' | 'key';

const maximumBytes = 1024 * 1024;
const maximumAliases = 100;
/** Maximum number of errors recorded. */
const maximumDiagnostics = 500;

/** A YAML file and the errors found in it. */
export class YamlSource {
  readonly file: string;
  readonly text: string;
  /** The plain JavaScript value; undefined if the text could not be parsed. The last of duplicate keys wins. */
  readonly value: unknown;
  private readonly diagnostics: Diagnostic[] = [];
  private readonly lines = new LineCounter();
  private readonly document: Document | undefined;

  constructor(text: string, file: string) {
    this.file = file;
    this.text = text;
    const parsed = this.parse();
    this.document = parsed?.document;
    this.value = parsed?.value;
  }

  /** Records an error at a path, or at the nearest existing parent if the path does not exist. */
  report(path: SourcePath, message: string, hint?: string, spot: SourceSpot = 'value'): void {
    const [start, end] = this.range(path, spot);
    this.reportRange(start, end, message, hint);
  }

  /** Runs a check. Turns a UsageError into a diagnostic at the path and returns undefined. */
  check<Result>(path: SourcePath, run: () => Result, spot: SourceSpot = 'value'): Result | undefined {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      this.report(path, error.message, error.hint, spot);
      return undefined;
    }
  }

  /** Number of diagnostics so far. */
  get count(): number {
    return this.diagnostics.length;
  }

  get failed(): boolean {
    return this.count > 0;
  }

  /** @throws MatrixError with everything reported so far, if anything */
  throwIfFailed(): void {
    if (this.failed) this.fail();
  }

  /** @throws MatrixError with everything reported */
  fail(): never {
    throw new MatrixError(this.file, this.text, this.diagnostics);
  }

  private parse(): { document: Document; value: unknown } | undefined {
    if (Buffer.byteLength(this.text) > maximumBytes) {
      this.reportRange(
        0,
        1,
        `the file has more than ${maximumBytes} bytes`,
        'A hand-written matrix is much smaller.',
      );
      return undefined;
    }
    try {
      const document = parseDocument(this.text, {
        lineCounter: this.lines,
        prettyErrors: false,
        stringKeys: true,
        logLevel: 'error',
      });
      const problems = [...document.errors, ...document.warnings];
      const exhausted = problems.find(problem => problem.code === 'RESOURCE_EXHAUSTION');
      if (exhausted !== undefined) this.reportRange(...exhausted.pos, 'the file is nested too deeply');
      else for (const problem of problems) this.reportProblem(problem);
      // A duplicate key is an error, but the rest can still be checked.
      if (problems.some(problem => problem.code !== 'DUPLICATE_KEY')) return undefined;
      if (!this.checkAliases(document)) return undefined;
      return { document, value: document.toJS({ maxAliasCount: maximumAliases }) };
    } catch (error) {
      this.reportRange(0, 1, unreadable(error));
      return undefined;
    }
  }

  /** Follows every alias once, to report broken ones at their location. The limit on their number bounds the time. */
  private checkAliases(document: Document): boolean {
    const aliases: Alias[] = [];
    visit(document, {
      Alias: (_, alias) => {
        aliases.push(alias);
      },
    });
    if (aliases.length > maximumAliases) {
      const [start, end] = nodeRange(aliases[maximumAliases]) ?? [0, 1];
      this.reportRange(start, end, `there are more than ${maximumAliases} aliases`);
      return false;
    }
    let valid = true;
    for (const alias of aliases) {
      const [start, end] = nodeRange(alias) ?? [0, 1];
      if (alias.resolve(document) !== undefined) continue;
      this.reportRange(start, end, `there is no anchor &${alias.source}`);
      valid = false;
    }
    return valid;
  }

  private reportProblem({ pos: [start, end], code, message }: YAMLError): void {
    if (code === 'DUPLICATE_KEY') {
      const length = this.text.slice(start, start + 256).search(/[\s:,}\]]|$/);
      this.reportRange(start, start + length, 'this key appears twice in one map');
    } else if (code === 'MULTIPLE_DOCS') {
      this.reportRange(
        start,
        end,
        'a second document begins here, but a matrix is a single document',
        'Remove the line ---.',
      );
    } else this.reportRange(start, end, message.replace(/\s+/g, ' ').trim());
  }

  private reportRange(start: number, end: number, message: string, hint?: string): void {
    if (this.count >= maximumDiagnostics) return;
    const from = this.lines.linePos(Math.min(start, this.text.length));
    const line = Math.max(1, from.line);
    const diagnostic: Diagnostic = {
      message,
      line,
      column: Math.max(1, from.col),
      length: Math.max(1, end - start),
    };
    if (hint !== undefined) diagnostic.hint = hint;
    const known = this.diagnostics.some(
      other => other.message === message && other.line === line && other.column === diagnostic.column,
    );
    if (!known) this.diagnostics.push(diagnostic);
  }

  private range(path: SourcePath, spot: SourceSpot): [number, number] {
    let node = this.document?.contents as Node | null | undefined;
    let range = nodeRange(node) ?? [0, 1];
    for (const [depth, step] of path.entries()) {
      const container = isAlias(node) && this.document ? node.resolve(this.document) : node;
      const child = childOf(container, step);
      if (child === undefined) break;
      const last = depth === path.length - 1;
      range =
        (last && spot === 'key' ? nodeRange(child.key) : undefined) ??
        nodeRange(child.value) ??
        nodeRange(child.key) ??
        range;
      node = child.value;
    }
    return range;
  }
}

function childOf(container: unknown, step: PropertyKey): { key?: Node; value: Node | null } | undefined {
  if (isSeq(container)) {
    const item = container.items[Number(step)];
    return item === undefined ? undefined : { value: item as Node };
  }
  if (!isMap(container)) return undefined;
  const pair = container.items.findLast(
    candidate => isScalar(candidate.key) && String(candidate.key.value) === String(step),
  );
  return pair === undefined ? undefined : { key: pair.key as Node, value: pair.value as Node | null };
}

/** Start and end of a node's own text; an empty value has none. */
function nodeRange(node: Node | null | undefined): [number, number] | undefined {
  const range = node?.range;
  if (!range || range[1] <= range[0]) return undefined;
  return [range[0], range[1]];
}

/** Errors that the YAML library throws instead of reporting: alias bombs (ReferenceError) and nesting (RangeError). */
function unreadable(error: unknown): string {
  if (error instanceof RangeError) return 'the file is nested too deeply';
  if (error instanceof ReferenceError) return `an alias cannot be followed: ${error.message.split('\n')[0]}`;
  throw error;
}

/** A map of the file, or an empty one if there is none. */
export function rawMap(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
/** A list of the file, or an empty one if there is none. */
export function rawList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
