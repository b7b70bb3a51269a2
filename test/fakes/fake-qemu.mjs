#!/usr/bin/env node
// Behaves like QEMU as far as harness/machine can see: connects to both sockets, answers QMP, writes a console.
// What the guest does is the word `fake=…` of the kernel command line. The channel carries JSON lines here.
import { openSync, writeSync } from 'node:fs';
import { connect } from 'node:net';

const words = process.argv.slice(2);
const chardev = id => {
  const word = words.find(each => each.includes(`id=${id},`));
  return word?.slice(word.indexOf('path=') + 5).replaceAll(',,', ',');
};
const mode = /\bfake=(\S+)/.exec(words[words.indexOf('-append') + 1] ?? '')?.[1];
const console_ = openSync(chardev('console'), 'w');
const print = text => writeSync(console_, text);
if (mode === 'refuse') {
  process.stderr.write('qemu-system-x86_64: failed to set MSR 0x10a to 0x0\n');
  process.abort();
}
if (mode === 'absent') setInterval(() => {}, 1000);
if (mode === 'obstinate') process.on('SIGTERM', () => print('TERM ignored\r\n'));

if (mode === 'absent') await new Promise(() => {});
const channel = connect(chardev('channel'));
const qmp = connect(chardev('qmp'));
const say = message => channel.write(`${JSON.stringify({ timeNs: 1, ...message })}\n`);
const hello = () => say({ type: 'hello', facts: { release: '6.12.0' } });
const answers = {
  qmp_capabilities: {},
  'query-status': { status: 'running', running: true },
  'human-monitor-command':
    'CPU#0\r\nRIP=ffffffff81e0a1cb RFL=00000246 HLT=1\r\n\r\nCPU#1\r\nRIP=00000000000fe05b RFL=00000002 HLT=0\r\n',
};
const send = message => qmp.write(`${JSON.stringify(message)}\r\n`);
const leave = reason => {
  send({ event: 'SHUTDOWN', data: { guest: true, reason } });
  channel.end(() => qmp.end(() => process.exit(0)));
};
const scripts = {
  normal() {
    print('[    0.000000] Linux version 6.12.0\r\n');
    hello();
    for (const phase of ['workload', 'collect']) say({ type: 'phase', phase });
    say({ type: 'end', facts: {} });
    leave('guest-shutdown');
  },
  dies() {
    hello();
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50);
  },
  terminated() {
    hello();
    setTimeout(() => leave('host-signal'), 50);
  },
  hangs() {
    hello();
    say({ type: 'phase', phase: 'workload' });
  },
  obstinate: () => scripts.hangs(),
  silent() {},
  floods() {
    const block = `${'x'.repeat(1023)}\n`.repeat(1024);
    for (let mebibyte = 0; mebibyte < 17; mebibyte++) print(block);
  },
  panics() {
    hello();
    print('[    2.0][    T1] Kernel panic - not syncing: sysrq triggered\r\n');
    setTimeout(() => print('[    2.1][    T1] Call Trace:\r\n'), 100);
    setTimeout(() => leave('guest-reset'), 200);
  },
  stuckpanic() {
    print('[    2.0][    T1] Kernel panic - not syncing: stuck\r\n');
  },
  stops() {
    process.stderr.write('KVM internal error. Suberror: 1\nextra data[0]: 0x0000000000000001\nemulation failure\nRAX=0000000000000000\n');
    send({ event: 'STOP' });
  },
  resets: () => leave('guest-reset'),
  reboots() {
    print('[    3.0] reboot: Restarting system\r\n');
    leave('guest-reset');
  },
  tears() {
    hello();
    channel.write('not a frame\n');
  },
};
let opened = 0;
const open = () => {
  if (++opened === 2) scripts[mode]?.();
};
channel.on('connect', open);
channel.on('error', () => {});
qmp.on('error', () => {});
qmp.on('connect', () => {
  send({ QMP: { version: { qemu: { major: 7 } }, capabilities: [] } });
});
let rest = '';
qmp.on('data', chunk => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop();
  for (const line of lines) {
    const { execute, id } = JSON.parse(line);
    if (execute === 'quit' && mode === 'obstinate') continue;
    send({ return: answers[execute] ?? {}, id });
    if (execute === 'quit') process.exit(0);
    if (execute === 'qmp_capabilities') open();
  }
});
setInterval(() => {}, 1000);
