import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import { escapeText } from '../escape.ts';
import { processStartTime } from '../process/process-stat.ts';

/** The holder of a lock, from its file. */
export interface LockHolder {
  pid: number;
  /** Field 22 of /proc/PID/stat: clock ticks since boot; distinguishes a process from a later one with the same pid. */
  startTime: string;
  /** /proc/sys/kernel/random/boot_id: after a reboot no holder is alive. */
  bootId: string;
  host: string;
  /** `pid:[4026531836]`: the pid means nothing in another container. */
  pidNamespace: string;
  /** What the holder is doing, for display: `building kernel lts`. */
  purpose: string;
  /** Its command line without node and folders, at most 200 characters: `main.js run nightly.yaml`. */
  command: string;
  /** ISO 8601 UTC. */
  since: string;
  /** Distinguishes two acquisitions by the same process. */
  nonce: string;
}

/** A holder on another host or in another container counts as gone after this time without a heartbeat. */
const foreignStaleMs = 5 * 60_000;

/** Whether the holder is alive, judging by its heartbeat if it is on another host or in another container. */
export function isAlive(holder: LockHolder, ageMs: number): boolean {
  const self = describeSelf('');
  if (holder.host !== self.host) return ageMs < foreignStaleMs;
  if (holder.bootId !== self.bootId) return false;
  if (holder.pidNamespace !== self.pidNamespace) return ageMs < foreignStaleMs;
  return processStartTime(holder.pid) === holder.startTime;
}

/** This process as the holder of a new lock. */
export function describeSelf(purpose: string): LockHolder {
  return {
    pid: process.pid,
    startTime: processStartTime(process.pid) ?? '',
    bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    host: hostname(),
    pidNamespace: readlinkSync('/proc/self/ns/pid'),
    purpose,
    command: process.argv
      .slice(1)
      .map((word, index) => (index === 0 ? basename(word) : word))
      .join(' ')
      .slice(0, 200),
    since: new Date().toISOString(),
    nonce: randomUUID(),
  };
}

/**
 * `process 4711 (main.js run nightly.yaml), which is building kernel lts since 2026-11-21 03:41:07 UTC`, for those
 * who wait. Lock files may be in a shared folder, so their text is escaped.
 */
export function describeHolder(holder: LockHolder | undefined): string {
  if (!holder) return 'another process';
  const where = holder.host === hostname() ? '' : ` on ${holder.host}`;
  const command = holder.command ? ` (${holder.command})` : '';
  const since = holder.since.slice(0, 19).replace('T', ' ');
  return escapeText(`process ${holder.pid}${where}${command}, which is ${holder.purpose} since ${since} UTC`);
}

/** The holder from the text of a lock file; undefined if it is incomplete. */
export function parseHolder(text: string): LockHolder | undefined {
  try {
    const value = JSON.parse(text) as Partial<LockHolder> | null;
    const words = [
      'startTime',
      'bootId',
      'host',
      'pidNamespace',
      'purpose',
      'command',
      'since',
      'nonce',
    ] as const;
    return value && Number.isSafeInteger(value.pid) && words.every(word => typeof value[word] === 'string')
      ? (value as LockHolder)
      : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
