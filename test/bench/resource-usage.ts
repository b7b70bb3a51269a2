/* Loaded with --import by a bench: says at its end what the process took. */
process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const seconds = (microseconds: number) => (microseconds / 1e6).toFixed(2);
  process.stderr.write(
    `wall ${process.uptime().toFixed(2)} s, user ${seconds(userCPUTime)} s, system ${seconds(systemCPUTime)} s, ` +
      `most memory ${Math.round(maxRSS / 1024)} MiB\n`,
  );
});
