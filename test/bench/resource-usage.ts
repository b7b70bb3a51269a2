import { readFileSync } from 'node:fs';

/* Loaded with --import by a bench: says at its end what the process took. */
process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const seconds = (microseconds: number) => (microseconds / 1e6).toFixed(2);
  process.stderr.write(
    `wall ${process.uptime().toFixed(2)} s, user ${seconds(userCPUTime)} s, system ${seconds(systemCPUTime)} s, ` +
      `children ${childrenSeconds().toFixed(2)} s, most memory ${Math.round(maxRSS / 1024)} MiB\n`,
  );
});

/** Processor time of the programs that this process started and waited for: cutime and cstime of proc(5). */
function childrenSeconds(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
  const ticksPerSecond = 100;
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
}
