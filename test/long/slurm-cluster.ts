import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { IsolatedApt } from '../../harness/host/isolated-apt.ts';
import { type RunningProgram, runProgram, startProgram } from '../../harness/process/program.ts';

const library = 'usr/lib/x86_64-linux-gnu';

/**
 * A cluster of one node: munged, slurmctld and slurmd from Debian's packages, unpacked into a folder and started as root,
 * without systemd and without installing anything.
 */
export class SlurmCluster implements AsyncDisposable {
  readonly #folder: string;
  readonly #daemons: RunningProgram[] = [];
  readonly environment: Record<string, string>;

  private constructor(folder: string) {
    this.#folder = folder;
    const root = join(folder, 'root');
    this.environment = {
      SLURM_CONF: join(folder, 'slurm.conf'),
      PATH: `${join(root, 'usr/bin')}:${join(root, 'usr/sbin')}:${process.env['PATH']}`,
      LD_LIBRARY_PATH: `${join(root, library)}:${join(root, library, 'slurm-wlm')}`,
    };
  }

  /** Unpacks and starts the cluster; waits until its node is idle. */
  static async start(folder: string, suite: string): Promise<SlurmCluster> {
    const cluster = new SlurmCluster(folder);
    await cluster.#unpack(suite);
    cluster.#configure();
    const root = join(folder, 'root');
    const socket = `--socket=${join(folder, 'munge.sock')}`;
    const files = ['key-file', 'pid-file', 'log-file', 'seed-file'].map(
      name => `--${name}=${join(folder, `munge.${name}`)}`,
    );
    cluster.#daemon(join(root, 'usr/sbin/munged'), ['--foreground', '--force', socket, ...files]);
    // Debian's packages call them slurmctld-wlm and so on; installing them would make links.
    const own = (name: string) =>
      readdirSync(join(root, 'usr/sbin')).find(file => file.startsWith(name)) ?? name;
    const place = (name: string) => join(root, 'usr/sbin', own(name));
    cluster.#daemon(place('slurmctld'), ['-D', '-c']);
    cluster.#daemon(place('slurmd'), ['-D', '-d', place('slurmstepd')]);
    for (let second = 0; second < 60; second++) {
      const { stdout } = await cluster.run('sinfo', ['--noheader', '--format', '%T']);
      if (stdout.trim() === 'idle') return cluster;
      await sleep(1000);
    }
    throw new Error(`the node did not become idle: ${cluster.#logs()}`);
  }

  /** Runs a program with the environment of the cluster. */
  run(program: string, words: readonly string[], environment: Record<string, string> = {}) {
    return runProgram(program, words, {
      accept: 'any',
      folder: this.#folder,
      environment: { ...this.environment, ...environment },
    });
  }

  /** Waits until a job has left the queue. */
  async finished(job: string, minutes: number): Promise<void> {
    for (let second = 0; second < minutes * 60; second++) {
      const { stdout } = await this.run('squeue', ['--noheader', '--format', '%i %T', '--jobs', job]);
      if (stdout.trim() === '') return;
      await sleep(1000);
    }
    const { stdout } = await this.run('squeue', []);
    throw new Error(`job ${job} is still there: ${stdout}${this.#logs()}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run('scancel', ['--user=root']);
    await sleep(2000);
    for (const daemon of this.#daemons.reverse()) await daemon.end();
  }

  #daemon(program: string, words: string[]): void {
    this.#daemons.push(startProgram(program, words, { environment: this.environment }));
  }

  #logs(): string {
    const logs = readdirSync(this.#folder).filter(name => name.endsWith('log') || name.endsWith('log-file'));
    return logs
      .map(name => `\n${name}:\n${readFileSync(join(this.#folder, name), 'utf8').slice(-2000)}`)
      .join('');
  }

  async #unpack(suite: string): Promise<void> {
    const apt = new IsolatedApt();
    const wanted = await apt.closure(['slurmctld', 'slurmd', 'slurm-client', 'munge'], suite);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query reads it
    const { stdout } = await runProgram('dpkg-query', ['--show', '--showformat', '${Package}\n']);
    const installed = new Set(stdout.split('\n'));
    const missing = wanted.filter(({ name }) => !installed.has(name));
    for (const deb of await apt.downloadAll(missing)) await apt.extract(deb, join(this.#folder, 'root'));
  }

  #configure(): void {
    const folder = this.#folder;
    const host = hostname().split('.')[0];
    for (const name of ['state', 'spool']) mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, 'munge.key-file'), randomBytes(1024), { mode: 0o400 });
    writeFileSync(
      this.environment['SLURM_CONF'] ?? '',
      [
        'ClusterName=modstorm',
        `SlurmctldHost=${host}(127.0.0.1)`,
        'SlurmctldPort=16817',
        'SlurmdPort=16818',
        'AuthType=auth/munge',
        `AuthInfo=socket=${join(folder, 'munge.sock')},cred_expire=5`,
        'CredType=cred/munge',
        'SlurmUser=root',
        'SlurmdUser=root',
        `StateSaveLocation=${join(folder, 'state')}`,
        `SlurmdSpoolDir=${join(folder, 'spool')}`,
        `SlurmctldPidFile=${join(folder, 'slurmctld.pid')}`,
        `SlurmdPidFile=${join(folder, 'slurmd.pid')}`,
        `SlurmctldLogFile=${join(folder, 'slurmctld.log')}`,
        `SlurmdLogFile=${join(folder, 'slurmd.log')}`,
        `PluginDir=${join(folder, 'root', library, 'slurm-wlm')}`,
        'ProctrackType=proctrack/linuxproc',
        'TaskPlugin=task/none',
        'JobAcctGatherType=jobacct_gather/none',
        'AccountingStorageType=accounting_storage/none',
        'SwitchType=switch/none',
        'MpiDefault=none',
        'SelectType=select/cons_tres',
        'SelectTypeParameters=CR_CPU',
        'SchedulerParameters=bf_interval=2',
        'ReturnToService=2',
        'SlurmdTimeout=10',
        'KillWait=10',
        'MaxArraySize=1001',
        `NodeName=${host} NodeAddr=127.0.0.1 CPUs=2`,
        `PartitionName=kvm Nodes=${host} Default=YES MaxTime=INFINITE`,
        '',
      ].join('\n'),
    );
  }
}
