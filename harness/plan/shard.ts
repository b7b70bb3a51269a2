import { UsageError } from '../errors.ts';

/** One of several hosts that share a plan. */
export interface Shard {
  /** 1-based. */
  index: number;
  count: number;
}

/**
 * Parses a shard such as `2/4`.
 * @throws UsageError SHARD_INVALID
 */
export function parseShard(text: string): Shard {
  const match = /^([0-9]{1,6})\/([0-9]{1,6})$/.exec(text.trim());
  const shard = { index: Number(match?.[1]), count: Number(match?.[2]) };
  checkShard(shard, text);
  return shard;
}

/** @throws UsageError SHARD_INVALID unless it is one of 1/n to n/n, with at most 100000 shards */
export function checkShard({ index, count }: Shard, text = `${index}/${count}`): void {
  if (Number.isInteger(index) && Number.isInteger(count) && index >= 1 && index <= count && count <= 100_000)
    return;
  throw new UsageError('SHARD_INVALID', `${JSON.stringify(text)} is not a shard`, {
    hint: 'Write --shard 1/4 for the first of four hosts.',
  });
}
