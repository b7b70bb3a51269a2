import { pathToFileURL } from 'node:url';
import { shellQuote } from '../../shell-quote.ts';
import type { CiRequest, Platform } from './platform.ts';

/** systemd: a service and its timer for `modstorm nightly`. */
export const systemd: Platform = {
  description: 'a service and a timer for systemd',
  files: request => [
    { path: `etc/systemd/system/modstorm-${request.name}.service`, text: service(request) },
    { path: `etc/systemd/system/modstorm-${request.name}.timer`, text: timer(request) },
  ],
};

function service({ matrix, name, program, home }: CiRequest): string {
  return `\
# One night of modstorm. Made by \`modstorm ci systemd\`. As root:
#
#   cp modstorm-${name}.service modstorm-${name}.timer /etc/systemd/system/
#   systemctl daemon-reload
#   systemctl enable --now modstorm-${name}.timer
#
# The line of the last night: journalctl -u modstorm-${name} -n 1. A red night leaves the unit failed (systemctl --failed).
[Unit]
Description=A night of modstorm: ${name}
Documentation=${escapeUnit(pathToFileURL(`${home}/harness/ci/nightly.md`).href)}
# The newest source is fetched.
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
WorkingDirectory=${escapeUnit(home)}
# Runs and the state of the nights are in /var/lib/modstorm, kernels and images in /var/cache/modstorm.
StateDirectory=modstorm
CacheDirectory=modstorm
Environment=MODSTORM_CACHE=/var/cache/modstorm
ExecStart=/bin/sh -c ${quoteUnit(`exec ${program} nightly ${shellQuote([matrix])} --results /var/lib/modstorm`)}
# Killed, by the power cut of the night or an upgrade, the same night goes on.
Restart=on-abnormal
RestartSec=1min
# TERM closes the journal, ends the guests and writes the report.
TimeoutStopSec=2min
TimeoutStartSec=12h
`;
}

function timer({ name }: CiRequest): string {
  return `\
# When the night of modstorm begins. Made by \`modstorm ci systemd\`.
[Unit]
Description=Every night: modstorm ${name}

[Timer]
OnCalendar=*-*-* 02:30:00
# A host that was off at that time makes its night when it is on again.
Persistent=true
RandomizedDelaySec=10min

[Install]
WantedBy=timers.target
`;
}

/** A value of a unit file: % begins a specifier. */
function escapeUnit(text: string): string {
  return text.replaceAll('%', '%%');
}

/** A word of a command line in a unit file, see systemd.service(5). */
function quoteUnit(text: string): string {
  return `"${escapeUnit(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('$', '$$$$')}"`;
}
